// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The system's own words for a number of errno.h.
func systemErrorText(_ number: Int32) -> String {
    // Safe because glibc never returns null, the text ends with a zero, and it is copied before this thread calls
    // strerror again; other threads have a buffer of their own (glibc 2.32 and later).
    guard let text = unsafe strerror(number) else { return "unknown error" }
    return unsafe String(cString: text)
}
