// SPDX-License-Identifier: Apache-2.0

import Glibc
import PacketCapture

/// What `pcap:NAME` names.
enum CapturePlace: Hashable {
    case file(String)
    case interface(String)

    /// `-` is standard input; an interface comes before a file of the same name, which `./NAME` names.
    init(_ name: String) {
        let isPath = name == "-" || name.contains("/")
        let isInterface = name == "any" || (unsafe if_nametoindex(name)) != 0
        let isFile = unsafe access(name, F_OK) == 0
        self = !isPath && (isInterface || !isFile && !name.contains(".")) ? .interface(name) : .file(name)
    }

    static func open(file: String, filter: String?) throws(CaptureError) -> OpenCapture {
        let input = file == "-" ? try InputFile(descriptor: STDIN_FILENO, name: "standard input") : try InputFile(path: file)
        let size = input.size
        let capture = try CaptureFile(input)
        if let filter { try capture.setFilter(filter) }
        return OpenCapture(file: capture, size: size)
    }
}

/// A file that is being read, with its size in octets where that is known.
struct OpenCapture {
    let file: CaptureFile
    let size: Int?
}
