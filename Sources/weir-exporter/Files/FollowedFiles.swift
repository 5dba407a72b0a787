// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Logging
import Metering

/// The files of rules, pods and Services: read at the start, and again when they have changed.
///
/// A file that cannot be read any more is told, and what it said before stays.
struct FollowedFiles {
    private static let interval = Duration.seconds(2)

    private var rules, pods, services: FollowedFile?
    private var firstRules: [UInt32: PolicyRule] = [:]
    private var firstPods: [LocalPod] = []
    private var firstServices: [ServicePort: String] = [:]
    private var lastLook: Timestamp?

    /// Reads each file that is named.
    ///
    /// - Throws: every problem of the first file that has any.
    init(rules: String?, pods: String?, services: String?) throws(ConfigurationProblems) {
        self.rules = rules.map { FollowedFile($0) }
        self.pods = pods.map { FollowedFile($0) }
        self.services = services.map { FollowedFile($0) }
        _ = self.rules?.hasChanged()
        _ = self.pods?.hasChanged()
        _ = self.services?.hasChanged()
        if let rules { firstRules = try RulesFile.read(rules) }
        if let pods { firstPods = try PodsFile.read(pods) }
        if let services { firstServices = try ServicesFile.read(services) }
    }

    /// Hands over what was read at the start.
    func readFirst(into process: inout MeteringProcess, at now: Timestamp) {
        process.update(rules: firstRules, at: now)
        process.update(services: firstServices)
        if pods != nil { process.update(pods: firstPods, at: now) }
    }

    /// Hands over what has changed; looks every two seconds.
    mutating func followChanges(into process: inout MeteringProcess, at now: Timestamp, _ logger: Logger) {
        if let lastLook, now >= lastLook, now - lastLook < Self.interval { return }
        lastLook = now
        follow(&rules, logger) { path throws(ConfigurationProblems) in
            process.update(rules: try RulesFile.read(path), at: now)
        }
        follow(&pods, logger) { path throws(ConfigurationProblems) in
            process.update(pods: try PodsFile.read(path), at: now)
        }
        follow(&services, logger) { path throws(ConfigurationProblems) in
            process.update(services: try ServicesFile.read(path))
        }
    }

    private func follow(_ file: inout FollowedFile?, _ logger: Logger, _ read: (String) throws(ConfigurationProblems) -> Void) {
        guard let path = file?.path, file?.hasChanged() == true else { return }
        do throws(ConfigurationProblems) {
            try read(path)
            logger.notice("file read again", metadata: ["file": "\(path)"])
        } catch {
            logger.error("file not taken, what it said before stays", metadata: ["file": "\(path)", "cause": "\(error)"])
        }
    }
}
