// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file opened for reading, or standard input, whose first octets may be looked at before they are read.
///
/// Unsafe calls here use `stream`, which is open until `close` or until it was handed over, when it becomes nil; buffers go with their own
/// length, each for the time of the call.
@safe
public final class InputFile {
    /// What messages call the file.
    public let name: String
    private var stream: UnsafeMutablePointer<FILE>?
    /// What `stream` reads when the octets are in memory; allocated here, freed after it was closed.
    private var memory: UnsafeMutableBufferPointer<UInt8>?

    public init(path: String) throws(CaptureError) {
        name = path
        unsafe stream = fopen(path, "rbe")
        guard unsafe stream != nil else { throw .cannotOpen(file: path, code: errno) }
        guard !isFolder else { throw .cannotOpen(file: path, code: EISDIR) }
    }

    /// Reads an open descriptor, and closes it at the end.
    public init(descriptor: Int32, name: String) throws(CaptureError) {
        self.name = name
        unsafe stream = fdopen(descriptor, "rb")
        guard unsafe stream != nil else { throw .cannotOpen(file: name, code: errno) }
    }

    /// A file that is in memory already.
    public init(octets: [UInt8], name: String) throws(CaptureError) {
        self.name = name
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: octets.count)
        _ = unsafe copy.initialize(fromContentsOf: octets)
        unsafe memory = copy
        // fmemopen refuses a size of zero.
        unsafe stream = octets.isEmpty ? fopen("/dev/null", "rb") : fmemopen(copy.baseAddress, octets.count, "rb")
        guard unsafe stream != nil else { throw .cannotOpen(file: name, code: errno) }
    }

    deinit {
        close()
        unsafe memory?.deallocate()
    }

    /// The first octets, which stay to be read; fewer where the file is shorter.
    ///
    /// - Parameter count: at most 16. Nothing may have been read yet.
    public func beginning(_ count: Int) -> [UInt8] {
        guard let stream = unsafe stream else { return [] }
        var octets: [UInt8] = []
        while octets.count < min(count, 16) {
            let octet = unsafe getc(stream)
            guard octet != EOF else { break }
            octets.append(UInt8(truncatingIfNeeded: octet))
        }
        unsafe clearerr(stream)
        // They are in the stream's buffer still: the C library only steps back over what was just read.
        for octet in octets.reversed() { unsafe ungetc(Int32(octet), stream) }
        return octets
    }

    /// The next octets of the file; empty at its end.
    public func read(atMost count: Int) throws(CaptureError) -> [UInt8] {
        guard let stream = unsafe stream else { return [] }
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe initialized = fread(buffer.baseAddress, 1, count, stream)
        }
        if octets.isEmpty, unsafe ferror(stream) != 0 { throw .cannotRead(file: name, packet: nil, reason: Self.systemText(errno)) }
        return octets
    }

    /// The size of a regular file in octets; nil for a pipe.
    public var size: Int? {
        var status = stat()
        guard let stream = unsafe stream, unsafe fstat(fileno(stream), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Closes the file; further reads find its end.
    public func close() {
        if let stream = unsafe stream { unsafe fclose(stream) }
        unsafe stream = nil
    }

    /// The stream for another owner, who closes it. The memory behind it lives as long as this object.
    func handOver() -> UnsafeMutablePointer<FILE>? {
        defer { unsafe stream = nil }
        return unsafe stream
    }

    /// Takes back what was handed over and not closed.
    func takeBack(_ stream: UnsafeMutablePointer<FILE>) {
        unsafe self.stream = stream
    }

    private var isFolder: Bool {
        var status = stat()
        guard let stream = unsafe stream, unsafe fstat(fileno(stream), &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    static func systemText(_ code: Int32) -> String {
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }
}
