// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPFIX

extension APIServer {
    /// Where the kubelet puts what a pod needs of its service account.
    public static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The server of the cluster in which this program runs as a pod ("Accessing the Kubernetes API from a Pod").
    ///
    /// - Parameters:
    ///   - environment: what a variable of the environment says.
    ///   - folder: of `token` and `ca.crt`.
    public static func inCluster(
        environment: (String) -> String? = Environment.value(of:), folder: String = serviceAccountFolder
    ) throws(APIServerError) -> APIServer {
        var problems: [String] = []
        let host = environment("KUBERNETES_SERVICE_HOST") ?? ""
        let port = environment("KUBERNETES_SERVICE_PORT").flatMap { UInt16($0) }
        if host.isEmpty || port == nil {
            problems.append(
                "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT do not say where the API server is; run as a pod, or use a kubeconfig")
        }
        for file in ["token", "ca.crt"] where unsafe access("\(folder)/\(file)", R_OK) != 0 {
            problems.append("\(folder)/\(file) cannot be read; give the pod a service account, with automountServiceAccountToken: true")
        }
        guard problems.isEmpty, let port else { throw APIServerError("in-cluster", problems) }
        var security = Security()
        security.roots = .file("\(folder)/ca.crt")
        return APIServer(host: host, port: Int(port), security: security, token: .file("\(folder)/token"))
    }
}
