// SPDX-License-Identifier: Apache-2.0

/// The templates of one Transport Session, by Observation Domain (RFC 7011 §8).
///
/// What a Message changes is noted, so that it can be undone when the Message turns out to be malformed.
/// At a limit a template of a new id is refused; those that are known stay.
struct TemplateTable: Sendable {
    struct Entry: Sendable {
        let template: Template
        fileprivate(set) var generation: UInt64
        /// When it came last.
        fileprivate(set) var received: Timestamp
        /// The last moment at which it is believed.
        fileprivate(set) var lastMoment: Timestamp
    }

    enum Insertion { case new, repeated, redefined, refused }

    private struct Domain {
        var templates: [UInt16: Entry] = [:]
        var optionsTemplates: [UInt16: Entry] = [:]
    }

    private enum Change {
        case entry(UInt16, domain: UInt32, Entry?, isOptionsTemplate: Bool)
        case all([UInt16: Entry], domain: UInt32, areOptionsTemplates: Bool)
    }

    private let limits: DecodingLimits
    /// What tells the generations of an inherited table from those of the session's own.
    private var generationMark: UInt64 = 0
    /// Whether templates that are not repeated are void after a time; those of streams live as long as the session.
    private let hasLifetimes: Bool
    private var domains: [UInt32: Domain] = [:]
    private(set) var count = 0
    private var fieldCount = 0
    /// Counts the templates that were new, or other than what their id meant before.
    private(set) var generation: UInt64 = 0
    private var changes: [Change] = []

    init(limits: DecodingLimits, hasLifetimes: Bool) {
        self.limits = limits
        self.hasLifetimes = hasLifetimes
    }

    func entry(domain: UInt32, id: UInt16, at now: Timestamp) -> Entry? {
        guard var entry = domains[domain]?.templates[id] ?? domains[domain]?.optionsTemplates[id], now <= entry.lastMoment else {
            return nil
        }
        entry.generation |= generationMark
        return entry
    }

    mutating func insert(_ template: Template, domain: UInt32, at now: Timestamp) -> Insertion {
        let isOptions = template.isOptionsTemplate
        // RFC 7011 §3.4.1: Templates and Options Templates cannot share an id.
        let other = remove(id: template.id, domain: domain, optionsTemplate: !isOptions)
        let known = stored(template.id, domain, isOptions)
        if let known, known.template == template {
            var entry = known
            entry.received = now
            entry.lastMoment = lastMoment(of: now, interval: now - known.received)
            store(entry, template.id, domain, isOptions)
            return .repeated
        }
        let fields = fieldCount - (known?.template.fields.count ?? 0) + template.fields.count
        guard known != nil || count < limits.templates, fields <= limits.fields else {
            // An id that changed its meaning does not keep the old one.
            if known != nil { store(nil, template.id, domain, isOptions) }
            return .refused
        }
        generation += 1
        let entry = Entry(template: template, generation: generation, received: now, lastMoment: lastMoment(of: now))
        store(entry, template.id, domain, isOptions)
        return known != nil || other ? .redefined : .new
    }

    /// - Returns: whether there was one.
    @discardableResult
    mutating func remove(id: UInt16, domain: UInt32, optionsTemplate: Bool) -> Bool {
        guard stored(id, domain, optionsTemplate) != nil else { return false }
        store(nil, id, domain, optionsTemplate)
        return true
    }

    /// RFC 7011 §8.1: all Templates, or all Options Templates, of a domain at once. Whether there were any.
    mutating func removeAll(domain: UInt32, optionsTemplates: Bool) -> Bool {
        let path: WritableKeyPath<Domain, [UInt16: Entry]> = optionsTemplates ? \.optionsTemplates : \.templates
        guard let removed = domains[domain]?[keyPath: path], !removed.isEmpty else { return false }
        changes.append(.all(removed, domain: domain, areOptionsTemplates: optionsTemplates))
        replaceAll(with: [:], domain: domain, optionsTemplates)
        return true
    }

    /// Accepts the changes since the last call.
    mutating func commit() {
        if !changes.isEmpty { changes.removeAll(keepingCapacity: changes.capacity <= 64) }
    }

    /// Takes back the changes since the last ``commit()``.
    mutating func undo() {
        while let change = changes.popLast() {
            switch change {
            case .entry(let id, let domain, let entry, let isOptionsTemplate): replace(id, domain, isOptionsTemplate, with: entry)
            case .all(let entries, let domain, let areOptionsTemplates): replaceAll(with: entries, domain: domain, areOptionsTemplates)
            }
        }
    }

    /// Removes the templates that were not repeated in time.
    ///
    /// - Returns: the domain of each.
    mutating func expire(at now: Timestamp) -> [UInt32] {
        guard hasLifetimes else { return [] }
        let expired = all.filter { now > $0.entry.lastMoment }
        for (domain, entry) in expired { replace(entry.template.id, domain, entry.template.isOptionsTemplate, with: nil) }
        return expired.map(\.domain)
    }

    /// The same templates, as another session falls back on them.
    var asInherited: Self {
        var copy = self
        copy.generationMark = 1 << 63
        return copy
    }

    /// Takes a template as if it had come at another time.
    mutating func renew(_ entry: Entry, _ domain: UInt32, at time: Timestamp) {
        var entry = entry
        entry.received = time
        entry.lastMoment = lastMoment(of: time)
        replace(entry.template.id, domain, entry.template.isOptionsTemplate, with: entry)
    }

    /// Every template with its domain, in the order of domains and ids.
    var all: [(domain: UInt32, entry: Entry)] {
        domains.flatMap { domain, entries in
            (Array(entries.templates.values) + Array(entries.optionsTemplates.values)).map { (domain, $0) }
        }
        .sorted { ($0.domain, $0.entry.template.id) < ($1.domain, $1.entry.template.id) }
    }

    /// - Parameter interval: between the last two comings of the template; zero while it came once.
    private func lastMoment(of received: Timestamp, interval: Duration = .zero) -> Timestamp {
        hasLifetimes ? received + max(limits.templateLifetime, interval * 3) : Timestamp(milliseconds: .max)
    }
}

// Every change of a dictionary goes through here, so that the sums are right.
extension TemplateTable {
    private func stored(_ id: UInt16, _ domain: UInt32, _ isOptionsTemplate: Bool) -> Entry? {
        isOptionsTemplate ? domains[domain]?.optionsTemplates[id] : domains[domain]?.templates[id]
    }

    private mutating func store(_ entry: Entry?, _ id: UInt16, _ domain: UInt32, _ isOptionsTemplate: Bool) {
        changes.append(.entry(id, domain: domain, stored(id, domain, isOptionsTemplate), isOptionsTemplate: isOptionsTemplate))
        replace(id, domain, isOptionsTemplate, with: entry)
    }

    private mutating func replace(_ id: UInt16, _ domain: UInt32, _ isOptionsTemplate: Bool, with entry: Entry?) {
        let old: Entry?
        if isOptionsTemplate {
            old = domains[domain]?.optionsTemplates[id]
            domains[domain, default: Domain()].optionsTemplates[id] = entry
        } else {
            old = domains[domain]?.templates[id]
            domains[domain, default: Domain()].templates[id] = entry
        }
        if let old { account(for: old, -1) }
        if let entry { account(for: entry, 1) }
        forgetIfEmpty(domain)
    }

    private mutating func replaceAll(with entries: [UInt16: Entry], domain: UInt32, _ areOptionsTemplates: Bool) {
        var state = domains[domain] ?? Domain()
        for entry in (areOptionsTemplates ? state.optionsTemplates : state.templates).values { account(for: entry, -1) }
        for entry in entries.values { account(for: entry, 1) }
        if areOptionsTemplates { state.optionsTemplates = entries } else { state.templates = entries }
        domains[domain] = state
        forgetIfEmpty(domain)
    }

    private mutating func account(for entry: Entry, _ sign: Int) {
        count += sign
        fieldCount += sign * entry.template.fields.count
    }

    private mutating func forgetIfEmpty(_ domain: UInt32) {
        if let state = domains[domain], state.templates.isEmpty, state.optionsTemplates.isEmpty { domains[domain] = nil }
    }
}
