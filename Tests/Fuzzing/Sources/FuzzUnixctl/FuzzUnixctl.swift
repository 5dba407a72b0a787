// SPDX-License-Identifier: Apache-2.0

import FuzzTargets

/// Called by libFuzzer for every input; the octets are its own and are copied.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    FuzzTarget.unixctl.run(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
