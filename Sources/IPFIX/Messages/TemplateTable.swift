// SPDX-License-Identifier: Apache-2.0

/// The templates of one Transport Session, by Observation Domain (RFC 7011 §8).
///
/// At `capacity` a template of a new id is refused and counted; those that are known stay.
struct TemplateTable: Sendable {
    struct Key: Hashable {
        let domain: UInt32
        let id: UInt16
    }

    struct Entry {
        let template: Template
        let generation: UInt64
    }

    let capacity: Int
    private(set) var refused: UInt64 = 0
    private var entries: [Key: Entry] = [:]
    private var generation: UInt64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    func entry(domain: UInt32, id: UInt16) -> Entry? { entries[Key(domain: domain, id: id)] }

    mutating func insert(_ template: Template, domain: UInt32) {
        let key = Key(domain: domain, id: template.id)
        if let known = entries[key] {
            // A repeated template is no change, so what was compiled from it stays good.
            if known.template == template { return }
        } else if entries.count >= capacity {
            refused += 1
            return
        }
        generation += 1
        entries[key] = Entry(template: template, generation: generation)
    }

    mutating func withdraw(id: UInt16, domain: UInt32) {
        entries[Key(domain: domain, id: id)] = nil
    }

    /// RFC 7011 §8.1: all Templates, or all Options Templates, of a domain at once.
    mutating func withdrawAll(domain: UInt32, optionsTemplates: Bool) {
        entries = entries.filter { $0.key.domain != domain || $0.value.template.isOptionsTemplate != optionsTemplates }
    }
}
