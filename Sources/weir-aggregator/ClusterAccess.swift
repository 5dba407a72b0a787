// SPDX-License-Identifier: Apache-2.0

import Kubernetes

/// How the cluster's API server is found and spoken to, written `in-cluster`, `kubeconfig` or `kubeconfig:FILE`.
enum ClusterAccess: Sendable, Hashable {
    /// By the service account of the pod that this program runs in.
    case inCluster
    /// By a kubeconfig's current context; nil for the file that kubectl would take.
    case kubeconfig(path: String?)

    static let remedy = "write in-cluster, kubeconfig or kubeconfig:FILE"

    /// Nil for anything else.
    init?(_ text: String) {
        switch text {
        case "in-cluster": self = .inCluster
        case "kubeconfig": self = .kubeconfig(path: nil)
        case _ where text.hasPrefix("kubeconfig:") && text != "kubeconfig:": self = .kubeconfig(path: String(text.dropFirst(11)))
        default: return nil
        }
    }

    /// The server, by files as they are now.
    func server() throws(APIServerError) -> APIServer {
        switch self {
        case .inCluster: try .inCluster()
        case .kubeconfig(let path): try Kubeconfig(path: path ?? Kubeconfig.defaultPath()).server
        }
    }
}
