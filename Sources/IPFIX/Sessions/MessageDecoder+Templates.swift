// SPDX-License-Identifier: Apache-2.0

extension MessageDecoder {
    /// The template by which data of this id would be read now; for records in lists (RFC 6313).
    public func template(_ id: UInt16, domain: UInt32, at now: Timestamp) -> Template? {
        (templates.entry(domain: domain, id: id, at: now) ?? inherited?.entry(domain: domain, id: id, at: now))?.template
    }

    /// Of Messages without a readable header, and of those of domains beyond ``DecodingLimits/domains``.
    public var statisticsOfNoDomain: DecodingStatistics { domains.others }
}
