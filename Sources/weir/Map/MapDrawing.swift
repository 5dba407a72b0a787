// SPDX-License-Identifier: Apache-2.0

internal import FlowStore

/// A map in the languages of Mermaid and Graphviz. Names are quoted, and what could end a quotation is written otherwise.
struct MapDrawing {
    let end: GroupDimension
    let edges: [FlowMap.Edge]
    let numbers: NumberStyle
    let note: String

    /// Every end once, numbered in the order in which edges name them.
    private var nodes: (names: [String], numbers: [[ResultValue]: Int]) {
        var names: [String] = []
        var found: [[ResultValue]: Int] = [:]
        for key in edges.flatMap({ [$0.source, $0.destination] }) where found[key] == nil {
            found[key] = names.count
            let name = end.text(key, numbers)
            names.append(name == "-" ? "(unknown)" : name)
        }
        return (names, found)
    }

    private func isDenied(_ edge: FlowMap.Edge) -> Bool { edge.denied > 0 && edge.denied == edge.traffic.connections }

    private func label(_ edge: FlowMap.Edge) -> String {
        let denied = edge.denied > 0 ? ", \(edge.denied) denied" : ""
        return "\(numbers.octets(edge.traffic.octets)) / \(numbers.octets(edge.traffic.reverseOctets))\(denied)"
    }

    var mermaid: String {
        let (names, places) = nodes
        var lines = ["flowchart LR", "    %% \(TerminalText.safe(note))"]
        lines += names.enumerated().map { "    n\($0.offset)[\"\(escaped($0.element))\"]" }
        for edge in edges {
            let arrow = isDenied(edge) ? "-.->" : "-->"
            lines.append("    n\(places[edge.source] ?? 0) \(arrow)|\"\(label(edge))\"| n\(places[edge.destination] ?? 0)")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    var dot: String {
        let (names, places) = nodes
        var lines = ["digraph flows {", "    // \(TerminalText.safe(note))", "    rankdir=LR;", "    node [shape=box];"]
        lines += names.enumerated().map { "    n\($0.offset) [label=\"\(quoted($0.element))\"];" }
        for edge in edges {
            let style = isDenied(edge) ? ", style=dashed" : ""
            lines.append("    n\(places[edge.source] ?? 0) -> n\(places[edge.destination] ?? 0) [label=\"\(label(edge))\"\(style)];")
        }
        return (lines + ["}"]).map { $0 + "\n" }.joined()
    }

    /// Mermaid reads `#name;` and `#number;` as characters, and no `"` within quotation marks.
    private func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in TerminalText.safe(text).unicodeScalars {
            switch scalar {
            case "\"", "#", "<", ">", "&", "`", ";", "\\": escaped += "#\(scalar.value);"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private func quoted(_ text: String) -> String {
        TerminalText.safe(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
