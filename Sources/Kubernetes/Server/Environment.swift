// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The environment that the program was started with.
public enum Environment {
    /// What a variable says; nil when it is not set.
    public static func value(of name: String) -> String? {
        // The text is copied before anybody can change the variable: nothing here does.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
