// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

extension Value {
    /// For tables and CSV: as in JSON, but without quotes. Control characters are shown, not sent.
    var text: String {
        switch self {
        case .string(let text): return TerminalText.safe(text, keeping: "\r\n\t")
        case .basicList, .subTemplateList, .subTemplateMultiList:
            var json = JSONText()
            json.write(self)
            return String(decoding: json.octets, as: UTF8.self)
        default: return description
        }
    }

    var isNumber: Bool {
        switch self {
        case .unsigned, .signed, .float: true
        default: false
        }
    }
}
