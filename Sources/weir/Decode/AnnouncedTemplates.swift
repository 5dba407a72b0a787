// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The templates of a session in the order in which they were first announced, each definition once.
struct AnnouncedTemplates {
    struct Entry {
        let domain: UInt32
        let template: Template
        var announcements: Int
    }

    private(set) var entries: [Entry] = []
    /// Where the definition that counts stands in `entries`.
    private var current: [Key: Int] = [:]
    /// Announcements of templates beyond the capacity.
    private(set) var forgotten = 0

    private struct Key: Hashable {
        let domain: UInt32
        let id: UInt16
    }

    private static let capacity = 4096

    mutating func note(_ message: Message) {
        for template in message.templates { note(template, domain: message.header.observationDomainID) }
    }

    private mutating func note(_ template: Template, domain: UInt32) {
        let key = Key(domain: domain, id: template.id)
        if let index = current[key], entries[index].template == template {
            entries[index].announcements += 1
            return
        }
        guard entries.count < Self.capacity else {
            forgotten += 1
            return
        }
        current[key] = entries.count
        entries.append(Entry(domain: domain, template: template, announcements: 1))
    }
}
