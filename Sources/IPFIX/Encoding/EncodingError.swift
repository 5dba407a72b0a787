// SPDX-License-Identifier: Apache-2.0

/// Why something cannot be sent. Nothing of it was written.
public enum EncodingError: Error, Hashable {
    /// Alone it makes a Message longer than the transport takes. Raise the limit, or send it over a stream.
    case recordTooLong(templateID: UInt16, octets: Int, maximumMessage: Int)
    case templateTooLong(id: UInt16, octets: Int, maximumMessage: Int)
    /// The template was not added or was withdrawn.
    case unknownTemplate(id: UInt16)
    /// Below 256, or in use for another template (RFC 7011 §3.4.1).
    case badTemplateID(UInt16)
}

extension EncodingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .recordTooLong(let id, let octets, let maximum):
            "a record of template \(id) has \(octets) octets and does not fit a message of \(maximum): raise the limit or use a stream"
        case .templateTooLong(let id, let octets, let maximum):
            "template \(id) has \(octets) octets and does not fit a message of \(maximum): raise the limit or use a stream"
        case .unknownTemplate(let id): "template \(id) is not known to the writer: add it before its records"
        case .badTemplateID(let id): "\(id) cannot be a template's id here: it is below 256 or in use"
        }
    }
}
