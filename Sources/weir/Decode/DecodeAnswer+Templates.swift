// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// A template as the answer shows it.
struct ShownTemplate {
    let session: SessionName
    let entry: AnnouncedTemplates.Entry
    let registry: InformationElementRegistry

    var title: String {
        let template = entry.template
        let kind = template.isOptionsTemplate ? "options template" : "template"
        let times = entry.announcements > 1 ? "announced \(entry.announcements) times" : "announced once"
        return "\(kind) \(template.id) of domain \(entry.domain), \(session), \(times)"
    }

    private struct Field {
        let name: String
        let id: String
        let length: String
        let type: String
        let isScope: Bool
    }

    private var fields: [Field] {
        entry.template.fields.enumerated().map { index, field in
            let element = registry[field.element]
            return Field(
                name: element?.name ?? "-", id: field.element.description, length: field.isVariableLength ? "variable" : "\(field.length)",
                type: element?.type.rawValue ?? "-", isScope: index < entry.template.scopeFieldCount)
        }
    }

    var table: TextTable {
        TextTable(
            columns: [
                .init(title: "ELEMENT"), .init(title: "ID"), .init(title: "LENGTH", alignment: .right), .init(title: "TYPE"),
                .init(title: "SCOPE"),
            ],
            rows: fields.map { [$0.name, $0.id, $0.length, $0.type, $0.isScope ? "scope" : ""] })
    }

    var json: JSONValue {
        .object([
            ("session", .text(session.description)), ("observationDomainId", .number(Int(entry.domain))),
            ("templateId", .number(Int(entry.template.id))), ("isOptionsTemplate", .flag(entry.template.isOptionsTemplate)),
            ("scopeFieldCount", .number(entry.template.scopeFieldCount)), ("announcements", .number(entry.announcements)),
            (
                "fields",
                .array(
                    zip(fields, entry.template.fields).map { field, specifier in
                        .object([
                            ("element", .text(field.name == "-" ? nil : field.name)), ("id", .text(field.id)),
                            ("length", specifier.isVariableLength ? .text("variable") : .number(Int(specifier.length))),
                            ("type", .text(field.type == "-" ? nil : field.type)),
                        ])
                    })
            ),
        ])
    }

    static let csvColumns = [
        "session", "observationDomainId", "templateId", "isOptionsTemplate", "element", "id", "length", "type", "isScope",
    ]

    /// One row a field.
    var csvRows: [[String]] {
        fields.map { field in
            [
                session.description, "\(entry.domain)", "\(entry.template.id)", "\(entry.template.isOptionsTemplate)", field.name, field.id,
                field.length, field.type, "\(field.isScope)",
            ]
        }
    }
}

extension DecodeAnswer {
    /// Session by session, in the order of their first announcement.
    func templates(registry: InformationElementRegistry) -> [ShownTemplate] {
        run.sessions.sessions.flatMap { session in
            session.templates.entries.map { ShownTemplate(session: session.name, entry: $0, registry: registry) }
        }
    }
}
