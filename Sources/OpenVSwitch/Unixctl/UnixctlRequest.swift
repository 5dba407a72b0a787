// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// `{"id":0,"method":"dpctl/dump-conntrack","params":["-m","-s"]}`: all parameters are strings.
struct UnixctlRequest {
    let id: Int
    let method: String
    let parameters: [String]

    var octets: [UInt8] {
        let parameters = parameters.map(JSONValue.string)
        return JSONValue.object(["id": .number("\(id)"), "method": .string(method), "params": .array(parameters)]).octets
    }
}
