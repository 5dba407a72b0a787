// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A temporary folder, gone with its last reference.
final class Folder {
    let path: String

    init() throws {
        var template = Array("/tmp/weir-exporter-XXXXXX".utf8CString)
        // The template is writable and ends with a zero.
        guard unsafe mkdtemp(&template) != nil else { throw Failure(what: "no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    struct Failure: Error {
        let what: String
    }

    deinit {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
                }
                unsafe unlink("\(path)/\(name)")
            }
            unsafe closedir(folder)
        }
        unsafe rmdir(path)
    }

    /// Writes a file as editors and config maps do: under another name, then renamed.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = "\(path)/\(name)"
        guard let stream = unsafe fopen("\(file).new", "w") else { throw Failure(what: "cannot write \(file)") }
        unsafe fputs(text, stream)
        unsafe fclose(stream)
        guard unsafe rename("\(file).new", file) == 0 else { throw Failure(what: "cannot rename to \(file)") }
        return file
    }
}
