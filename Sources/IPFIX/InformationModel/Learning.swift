// SPDX-License-Identifier: Apache-2.0

/// What became of an exporter's description of its own element (RFC 5610).
public enum Learning: Sendable, Hashable {
    case learned(InformationElement)
    /// It says what is known.
    case known(InformationElement)
    case refused(InformationElement.ID, Refusal)

    public enum Refusal: Sendable, Hashable {
        /// Only elements of enterprises may be described; IANA's and the reverse ones are what their registry says.
        case notEnterprise
        /// A name that cannot be one, or a type that is not assigned.
        case malformed
        /// It differs from what is known under its number, or its name is another element's.
        case conflict(RegistryError.Cause)
        /// ``InformationElementRegistry/maximumLearnedCount`` elements were learned already.
        case full
    }
}
