// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
internal import Daemon

/// Starts a command so that exit codes mean the same in every program: 0 done, 1 found a problem, 2 could not run.
public enum CommandEntry {
    /// Runs what the process's arguments name, and ends the process.
    public static func run(_ command: (some ParsableCommand).Type) -> Never {
        do {
            var parsed = try command.parseAsRoot()
            try parsed.run()
        } catch {
            // ArgumentParser's own code for a command line that it cannot read is 64.
            if command.exitCode(for: error) == .validationFailure {
                StandardError.write(command.fullMessage(for: error) + "\n")
                command.exit(withError: ExitCode(ExitStatus.usage))
            }
            command.exit(withError: error)
        }
        command.exit()
    }
}
