// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

extension FlowFilter {
    /// Whether the condition holds for a record.
    ///
    /// - Parameter names: the table that the record's names are ids of.
    public func holds(for record: borrowing FlowRecord, _ names: borrowing NameTable) -> Bool {
        switch self {
        case .test(let test): return test.holds(for: record, names)
        case .not(let filter): return !filter.holds(for: record, names)
        case .all(let filters):
            for filter in filters where !filter.holds(for: record, names) { return false }
            return true
        case .any(let filters):
            for filter in filters where filter.holds(for: record, names) { return true }
            return false
        }
    }
}

extension FilterTest {
    fileprivate func holds(for record: borrowing FlowRecord, _ names: borrowing NameTable) -> Bool {
        let value = operand.value(in: record, names)
        switch comparison {
        case .isUnknown: return value == nil
        case .oneOf(let values): return value.map { value in values.contains { Self.isWithin(value, $0) } } ?? false
        case .matches(let expression):
            guard case .text(let text)? = value else { return false }
            return expression.matches(text)
        case .ordered(let order, let bound):
            guard let left = value?.magnitude, let right = FilterOperand.Value(bound)?.magnitude else { return false }
            return switch order {
            case .less: left < right
            case .lessOrEqual: left <= right
            case .greater: left > right
            case .greaterOrEqual: left >= right
            }
        }
    }

    private static func isWithin(_ value: FilterOperand.Value, _ bound: FilterValue) -> Bool {
        switch (value, bound) {
        case (.integer(let number), .range(let range)): number >= Int128(range.lowerBound) && number <= Int128(range.upperBound)
        case (.address(let address), .prefix(let prefix)): prefix.contains(address)
        // By octets, as the store compares; Swift alone would take letters with an accent for the same however they are composed.
        case (.text(let text), .text(let bound)): text.utf8.elementsEqual(bound.utf8)
        default: FilterOperand.Value(bound) == value
        }
    }
}

extension FilterOperand {
    /// What a record has of an operand. Numbers as the store has them: what is above 2⁶³ − 1 is that.
    fileprivate enum Value: Equatable {
        case integer(Int128)
        case text(String)
        case address(IPAddress)
        case uuid(UInt64, UInt64)

        init?(_ value: FilterValue) {
            switch value {
            case .number(let number): self = .integer(Int128(number))
            case .time(let time): self = .integer(Int128(time.milliseconds))
            case .text(let text): self = .text(text)
            case .uuid(let high, let low): self = .uuid(high, low)
            case .range, .prefix: return nil
            }
        }

        var magnitude: Int128? {
            if case .integer(let number) = self { number } else { nil }
        }
    }

    fileprivate func value(in record: borrowing FlowRecord, _ names: borrowing NameTable) -> Value? {
        func number(_ field: FlowField) -> Int128? { record[unsigned: field].map { Int128(min($0, FilterValue.largestNumber)) } }
        switch self {
        case .measure(.duration):
            guard let start = record[time: .flowStartMilliseconds], let end = record[time: .flowEndMilliseconds] else { return nil }
            return .integer(Int128(end.milliseconds) - Int128(start.milliseconds))
        case .measure(let measure):
            var sum: Int128?
            for field in measure.fields { if let value = number(field) { sum = (sum ?? 0) + value } }
            return sum.map(Value.integer)
        // Fields that the store derives from others.
        case .field(.flowStartSeconds): return record[time: .flowStartMilliseconds].map { .integer(Int128($0.milliseconds / 1000)) }
        case .field(.flowEndSeconds): return record[time: .flowEndMilliseconds].map { .integer(Int128($0.milliseconds / 1000)) }
        case .field(.destinationClusterIP): return record[address: .destinationServiceIP].map(Value.address)
        case .field(let field):
            switch FlowSchema.definition(of: field).kind {
            case .unsigned: return number(field).map(Value.integer)
            case .time: return record[time: field].map { .integer(Int128($0.milliseconds)) }
            case .name:
                guard let id = record[name: field] else { return nil }
                return .text(names.text(of: id))
            case .address: return record[address: field].map(Value.address)
            case .uuid: return record[uuid: field].map { .uuid($0.high, $0.low) }
            }
        }
    }
}
