// SPDX-License-Identifier: Apache-2.0

/// Why a value cannot be sent as a field says.
public enum ValueError: Error, Hashable {
    /// The value needs another length than the field has, or does not fit into it.
    case wrongLength(element: InformationElement.ID, length: UInt16)
    /// The value has more octets than a length can say.
    case tooLong(element: InformationElement.ID, octets: Int)
}

extension ValueError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .wrongLength(let element, let length): "a value of element \(element) does not fit into its \(length) octets"
        case .tooLong(let element, let octets): "a value of element \(element) has \(octets) octets, more than 65535"
        }
    }
}
