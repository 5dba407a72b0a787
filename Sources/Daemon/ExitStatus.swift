// SPDX-License-Identifier: Apache-2.0

/// What the programs tell the shell when they end.
public enum ExitStatus {
    public static let success: Int32 = 0
    /// The program could not do its work: the log says why.
    public static let failure: Int32 = 1
    /// The command line or the configuration is wrong; nothing was started.
    public static let usage: Int32 = 2
    /// A second interrupt while the program was ending: 128 + SIGINT, as shells report it.
    public static var interrupted: Int32 {
        // Computed, because a signal handler reads it, where lazy initialization is not allowed.
        130
    }
}
