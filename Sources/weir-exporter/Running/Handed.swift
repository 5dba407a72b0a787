// SPDX-License-Identifier: Apache-2.0

/// What is given to the one thread that uses it.
///
/// Unchecked, and right: it is made on the thread that starts the other, which does not touch the value afterwards.
struct Handed<Value>: @unchecked Sendable {
    let value: Value
}
