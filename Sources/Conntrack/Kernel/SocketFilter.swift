// SPDX-License-Identifier: Apache-2.0

/// A program that the kernel runs over each message before it is queued at a socket (classic BPF, linux/filter.h).
///
/// What it refuses costs neither room in the receive buffer nor a wake-up of the reader.
struct SocketFilter: Hashable {
    /// `struct sock_filter`. Jumps count the instructions that are skipped.
    struct Instruction: Hashable {
        let code: UInt16
        var ifTrue: UInt8 = 0
        var ifFalse: UInt8 = 0
        let operand: UInt32

        /// A halfword at a fixed place, in network byte order whatever the order it was written in.
        static func loadHalfword(at position: UInt32) -> Self { Self(code: 0x28, operand: position) }
        /// A halfword at a fixed distance from where X points.
        static func loadHalfword(afterIndex distance: UInt32) -> Self { Self(code: 0x48, operand: distance) }
        static func loadNumber(_ number: UInt32) -> Self { Self(code: 0x00, operand: number) }
        static func loadIndex(_ number: UInt32) -> Self { Self(code: 0x01, operand: number) }
        static let indexFromAccumulator = Self(code: 0x07, operand: 0)
        /// Where the attribute of type X begins, searched from where A points (SKF_AD_NLATTR); 0 when there is none.
        static let findAttribute = Self(code: 0x20, operand: 0xFFFF_F000 + 12)
        /// The same inside the attribute that A points to (SKF_AD_NLATTR_NEST).
        static let findNestedAttribute = Self(code: 0x20, operand: 0xFFFF_F000 + 16)
        static func jump(ifEqual number: UInt32, _ ifTrue: UInt8, else ifFalse: UInt8 = 0) -> Self {
            Self(code: 0x15, ifTrue: ifTrue, ifFalse: ifFalse, operand: number)
        }
        static func jump(ifAnyBit bits: UInt32, _ ifTrue: UInt8, else ifFalse: UInt8 = 0) -> Self {
            Self(code: 0x45, ifTrue: ifTrue, ifFalse: ifFalse, operand: bits)
        }
        static let accept = Self(code: 0x06, operand: .max)
        static let refuse = Self(code: 0x06, operand: 0)
    }

    private(set) var instructions: [Instruction] = []

    static func + (filter: Self, instructions: [Instruction]) -> Self {
        var longer = filter
        longer.instructions += instructions
        return longer
    }

    /// As the kernel reads them, eight octets each.
    var octets: [UInt8] {
        instructions.flatMap { nativeOctets($0.code) + [$0.ifTrue, $0.ifFalse] + nativeOctets($0.operand) }
    }
}
