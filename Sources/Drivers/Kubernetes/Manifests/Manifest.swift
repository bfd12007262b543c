import FoundationEssentials
import Model

/// An object as it is given to the cluster.
struct Manifest: Sendable {
    var resource: Resource
    var namespace: String?
    var name: String
    var labels: [String: String]
    var annotations: [String: String] = [:]
    /// `spec`, `data` and what else stands beside `metadata`.
    var members: [String: JSONValue]

    var json: JSONValue {
        var metadata: [String: JSONValue] = ["name": .string(name), "labels": .texts(labels)]
        if let namespace { metadata["namespace"] = .string(namespace) }
        if !annotations.isEmpty { metadata["annotations"] = .texts(annotations) }
        var object = members
        object["apiVersion"] = .string(resource.apiVersion)
        object["kind"] = .string(resource.kind)
        object["metadata"] = .object(metadata)
        return .object(object)
    }

    /// For people.
    var title: String { "the \(resource.kind) \(name)" }
}

extension JSONValue {
    static func texts(_ texts: [String: String]) -> JSONValue { .object(texts.mapValues { .string($0) }) }

    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    static func base64(_ bytes: [UInt8]) -> JSONValue { .string(Data(bytes).base64EncodedString()) }
}
