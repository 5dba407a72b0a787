// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import GRDB
public import IPFIX

extension FlowWriter {
    /// The templates that the program before this one had, those saved first first. What is in them is as trustworthy as the file.
    ///
    /// - Parameter time: those saved before are void, and removed.
    public func savedTemplates(since time: Timestamp) throws(StoreError) -> [SavedTemplates] {
        try perform { database throws(StoreError) in
            let connection = try Connection(database)
            let remove = try Statement(connection, "DELETE FROM saved_template WHERE time < ?")
            remove.bind(time.milliseconds, at: 1)
            try remove.run()
            let select = try Statement(
                connection, "SELECT exporter, port, observationDomainID, octets, time FROM saved_template ORDER BY time")
            var templates: [SavedTemplates] = []
            while try select.step() {
                guard case .blob(let octets) = select.value(at: 3) else { continue }
                templates.append(
                    SavedTemplates(
                        exporter: select.text(at: 0) ?? "", port: UInt16(clamping: select.integer(at: 1) ?? 0),
                        observationDomainID: UInt32(clamping: select.integer(at: 2) ?? 0), octets: octets,
                        time: Timestamp(milliseconds: select.integer(at: 4) ?? 0)))
            }
            return templates
        }
    }
}
