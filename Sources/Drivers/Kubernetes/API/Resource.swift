import Curl

/// A kind of object in the cluster's API, all of them in versions that Kubernetes 1.20 and today's know.
struct Resource: Sendable, Hashable {
    /// `""` for the core group.
    let group: String
    let version: String
    let kind: String
    /// As it stands in paths and in permissions.
    let plural: String

    static let namespaces = Resource(group: "", version: "v1", kind: "Namespace", plural: "namespaces")
    static let machines = Resource(group: "", version: "v1", kind: "Node", plural: "nodes")
    static let pods = Resource(group: "", version: "v1", kind: "Pod", plural: "pods")
    static let services = Resource(group: "", version: "v1", kind: "Service", plural: "services")
    static let secrets = Resource(group: "", version: "v1", kind: "Secret", plural: "secrets")
    static let configMaps = Resource(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
    static let claims = Resource(group: "", version: "v1", kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims")
    static let accounts = Resource(group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts")
    static let quotas = Resource(group: "", version: "v1", kind: "ResourceQuota", plural: "resourcequotas")
    static let limits = Resource(group: "", version: "v1", kind: "LimitRange", plural: "limitranges")
    static let events = Resource(group: "", version: "v1", kind: "Event", plural: "events")
    static let statefulSets = Resource(group: "apps", version: "v1", kind: "StatefulSet", plural: "statefulsets")
    static let jobs = Resource(group: "batch", version: "v1", kind: "Job", plural: "jobs")
    static let networkPolicies = Resource(
        group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies")

    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// For people, as in the cluster's own messages: `statefulsets.apps`.
    var name: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The path of all objects, of those in a namespace, of one of them, or of a part of that one.
    func path(
        in namespace: String? = nil, _ name: String? = nil, part: String? = nil, query: [(String, String)] = []
    ) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if let namespace { path += "/namespaces" + Request.path(namespace) }
        path += "/\(plural)"
        if let name { path += Request.path(name) }
        if let part { path += "/\(part)" }
        let parameters = query.map { Request.percentEncoded($0) + "=" + Request.percentEncoded($1) }
        return path + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
    }
}
