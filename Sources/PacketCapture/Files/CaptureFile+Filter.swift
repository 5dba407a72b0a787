// SPDX-License-Identifier: Apache-2.0

internal import CPcap
internal import Glibc

extension CaptureFile {
    /// Passes over frames that do not match, from the next one on.
    ///
    /// - Parameter expression: in the language of pcap-filter(7).
    public func setFilter(_ expression: String) throws(CaptureError) {
        try unsafe CaptureFilter.set(expression, on: handle)
    }

    /// Octets of the file that have been read, or nearly so: the C library reads ahead. Nil where there is no telling.
    public var position: Int? {
        // Safe: the file belongs to the handle, which is open as long as this object.
        guard let file = unsafe pcap_file(handle) else { return nil }
        let offset = unsafe ftello(file)
        return offset < 0 ? nil : Int(offset)
    }
}
