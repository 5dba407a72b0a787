// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc

/// Files of IPFIX made for one test, damaged ones too, in a folder that is removed with them.
final class DecodeFiles {
    let folder: String
    private var names: [String] = []

    init() {
        var template = Array("/tmp/weir-decode-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unsafe unlink("\(folder)/\(name)") }
        unsafe rmdir(folder)
    }

    /// The path of a store in the folder, which is removed with it.
    func store(_ name: String = "flows.db") -> String {
        names += ["", "-lock", "-wal", "-shm"].map { name + $0 }
        return "\(folder)/\(name)"
    }

    /// The path of a file that the tested program writes.
    func path(_ name: String) -> String {
        names.append(name)
        return "\(folder)/\(name)"
    }

    func write(_ octets: [UInt8], to name: String) {
        names.append(name)
        let descriptor = unsafe open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(descriptor >= 0, "cannot write \(name)")
        let count = unsafe Glibc.write(descriptor, octets, octets.count)
        precondition(count == octets.count, "cannot write \(name)")
        close(descriptor)
    }

    /// A capture of raw IP with one UDP datagram for each payload.
    func write(capture name: String, _ payloads: [[UInt8]], port: UInt16 = 4739) {
        func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        var file = [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + little(0) + little(0) + little(262_144) + little(101)
        for (second, payload) in payloads.enumerated() {
            let datagram = Wire.octets(UInt16(50_000), port, UInt16(8 + payload.count), UInt16(0)) + payload
            let packet =
                [0x45, 0] + Wire.octets(UInt16(20 + datagram.count)) + [0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 9] + datagram
            file += little(1_790_000_000 + second) + little(0) + little(packet.count) + little(packet.count) + packet
        }
        write(file, to: name)
    }

    /// `sourceIPv4Address`, `protocolIdentifier`, `octetDeltaCount` as template 256.
    static let template = Wire.set(2, Wire.octets(UInt16(256), UInt16(3), UInt16(8), UInt16(4), UInt16(4), UInt16(1), UInt16(1), UInt16(8)))

    static func record(_ number: UInt64) -> [UInt8] { [10, 0, 0, UInt8(number), 6] + Wire.octets(number * 1000) }

    static func data(_ numbers: UInt64...) -> [UInt8] { Wire.set(256, numbers.flatMap(record)) }

    static func message(_ sets: [UInt8]..., number: UInt32) -> [UInt8] {
        let body = sets.flatMap(\.self)
        return Wire.message(body, sequenceNumber: number, exportTime: 1_790_000_000)
    }
}
