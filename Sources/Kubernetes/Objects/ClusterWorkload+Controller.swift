// SPDX-License-Identifier: Apache-2.0

internal import Mediation

extension ClusterWorkload {
    /// What people deployed, by the controller that made a pod.
    ///
    /// The controllers between are recognised by the names that they give: a Deployment's ReplicaSet ends with the hash that its pods
    /// carry as a label, a CronJob's Job with the minute for which it was due. Nil for a pod that its node made (a static pod).
    init?(controller: (kind: String, name: String), labels: [(String, String)]) {
        switch controller.kind {
        case "Node": return nil
        case "ReplicaSet":
            let hash = labels.first { $0.0 == "pod-template-hash" }?.1
            if let hash, let deployment = controller.name.without(suffix: "-\(hash)") {
                self.init(kind: "Deployment", name: deployment)
            } else {
                self.init(kind: controller.kind, name: controller.name)
            }
        case "Job":
            let minute = controller.name.split(separator: "-").last.map(String.init) ?? ""
            // Minutes since 1970 have eight digits until 2160.
            if minute.utf8.count == 8, minute.utf8.allSatisfy({ (48...57).contains($0) }),
                let cronJob = controller.name.without(suffix: "-\(minute)")
            {
                self.init(kind: "CronJob", name: cronJob)
            } else {
                self.init(kind: controller.kind, name: controller.name)
            }
        default: self.init(kind: controller.kind, name: controller.name)
        }
    }
}

extension String {
    /// What stands before a suffix; nil when there is nothing, or no such suffix.
    fileprivate func without(suffix: String) -> String? {
        hasSuffix(suffix) && utf8.count > suffix.utf8.count ? String(dropLast(suffix.count)) : nil
    }
}
