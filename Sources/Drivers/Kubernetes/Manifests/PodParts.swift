import Drivers
import Model

/// What the pods of nodes and tasks are made with, beside the plan.
struct PodParts: Sendable {
    let plan: Plan
    let references: References
    let fingerprint: String
    let certificatesExpireAt: Int?
    let blotter: Blotter
    /// Of each node that has a Service its fixed address.
    let addresses: [String: String]

    /// Nothing that a process of a chain does needs more than this.
    static let confined: JSONValue = [
        "allowPrivilegeEscalation": false, "privileged": false, "capabilities": ["drop": ["ALL"]],
    ]

    /// Seconds in which a node ends by itself once it is told to; then it is killed.
    static let grace = 30
    /// A task has nothing to bring to an end: what is over is over, whoever removes its pod.
    static let taskGrace = 1

    func pod(
        _ container: [String: JSONValue], user: String?, volumes: [JSONValue], restarts: String, grace: Int, aliases: [JSONValue]
    ) -> JSONValue {
        [
            "serviceAccountName": .string(ObjectNames.chain), "automountServiceAccountToken": false,
            // Names within the chain come from the hosts file; the cluster's own name service is not needed.
            "enableServiceLinks": false, "dnsPolicy": "Default", "hostAliases": .array(aliases),
            "restartPolicy": .string(restarts), "terminationGracePeriodSeconds": .integer(grace),
            "securityContext": Self.security(user), "containers": [.object(container)], "volumes": .array(volumes),
        ]
    }

    /// Images are pulled only where their name says from where.
    static func pull(_ image: String) -> JSONValue { ImageReference(image) == nil ? "Never" : "IfNotPresent" }

    /// The user of the plan. One that the plan does not say is the image's, which may be root.
    private static func security(_ text: String?) -> JSONValue {
        var context: [String: JSONValue] = ["seccompProfile": ["type": "RuntimeDefault"]]
        if let user = PodUser(text) {
            context["runAsUser"] = .integer(user.user)
            context["runAsGroup"] = user.group.map { .integer($0) }
            if !user.isRoot { context["runAsNonRoot"] = true }
            // Volumes and files are that group's.
            context["fsGroup"] = .integer(user.group ?? user.user)
            context["fsGroupChangePolicy"] = "OnRootMismatch"
        }
        return .object(context)
    }

    /// Lines for a pod's hosts file: all nodes by all their names. To itself a node is the loopback.
    func aliases(except own: PlannedNode? = nil) -> [JSONValue] {
        plan.nodes.compactMap { node in
            guard let address = node.name == own?.name ? "127.0.0.1" : addresses[node.name] else { return nil }
            return ["ip": .string(address), "hostnames": .texts([node.name] + node.names)]
        }
    }

    func resolved(_ words: [String]) throws(WorkError) -> [String] {
        try words.map { (word) throws(WorkError) in try references.resolvePublic(word) }
    }

    /// A command's words. The cluster replaces `$(NAME)` by variables, and `$$` by a dollar sign: every dollar sign is doubled.
    func words(_ words: [String]) throws(WorkError) -> JSONValue {
        .texts(try resolved(words).map(\.literal))
    }

    func environment(_ variables: [String: String]) throws(WorkError) -> JSONValue {
        .array(
            try variables.sorted { $0.key < $1.key }.map { (name, value) throws(WorkError) in
                ["name": .string(name), "value": .string(try references.resolvePublic(value).literal)]
            })
    }
}

extension String {
    fileprivate var literal: String { replacing("$", with: "$$") }
}

extension PlannedResources {
    /// The plan's limits. Memory is reserved as a whole, for there is none to be had elsewhere; of the processors a tenth.
    var json: JSONValue {
        var limits: [String: JSONValue] = [:]
        var requests: [String: JSONValue] = [:]
        if let memoryBytes {
            limits["memory"] = .string(String(memoryBytes))
            requests["memory"] = limits["memory"]
        }
        if let cpus {
            let thousandths = max(1, Int((cpus * 1000).rounded()))
            limits["cpu"] = .string("\(thousandths)m")
            requests["cpu"] = .string("\(max(1, thousandths / 10))m")
        }
        return ["limits": .object(limits), "requests": .object(requests)]
    }
}
