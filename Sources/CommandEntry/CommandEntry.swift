// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Daemon
public import Logging

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

    /// Begins a daemon: prepares its log, and turns what stops it before it has begun into a sentence and exit code 2.
    public static func begin(_ program: String, verbose: Bool, _ body: (SteadyClock, Logger) throws -> Void) throws {
        let clock = SteadyClock()
        LogFormat.bootstrap(level: verbose ? .debug : .info, clock: clock)
        do {
            try body(clock, Logger(label: program))
        } catch let problem as any CannotStart {
            StandardError.write("\(program): \(problem)\n")
            throw ExitCode(ExitStatus.usage)
        }
    }
}

/// An error that stops a program before it has begun; its text says what to do.
public protocol CannotStart: Error {}

extension ConfigurationProblems: CannotStart {}
