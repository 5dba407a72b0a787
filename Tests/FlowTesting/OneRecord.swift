// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX
public import Mediation

// One record at a time, for those who do not hurry.

extension SessionReader {
    /// As ``readBatches(_:at:names:by:_:)``.
    public mutating func read(
        _ octets: [UInt8], at now: Timestamp, names: inout NameTable, _ receive: (inout FlowRecord, inout NameTable) -> Reception
    ) -> MessageError? {
        var batch = FlowBatch()
        return readBatches(octets, at: now, names: &names, by: &batch) { batch, names, receptions in
            for index in batch.indices { receptions.note(receive(&batch[index], &names)) }
        }
    }
}

extension Mediator {
    /// As ``receive(_:of:at:)``.
    public mutating func receive(_ flow: FlowRecord, at now: Timestamp) -> Reception { receive(0, of: [flow].span, at: now) }
}
