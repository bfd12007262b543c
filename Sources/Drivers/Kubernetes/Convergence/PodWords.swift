import Curl
import Drivers
import Model

/// Shows what pods wrote, the chain's secrets blotted out. Without the vault nobody can tell what is secret: then nothing is shown.
struct PodWords: Sendable {
    let blotter: Blotter?

    func clean(_ text: String) -> String {
        blotter?.blot(text) ?? ""
    }
}

extension PodObject {
    enum ImageTrouble {
        /// The cluster can't have it, whatever time passes.
        case missing(String)
        /// The registry could not be asked.
        case unreachable(String)

        /// - Parameter owner: the node or task, for people.
        func error(of owner: String, node: String?) -> WorkError {
            switch self {
            case .missing(let message):
                WorkError(
                    .terminal, .imageMissing, "\(owner): \(message); put the image on the machines or name its registry",
                    node: node)
            case .unreachable(let message): WorkError(.transient, .imageMissing, "\(owner): \(message)", node: node)
            }
        }
    }

    /// Why its image is not there.
    var imageTrouble: ImageTrouble? {
        guard let waiting, let reason = waiting.reason else { return nil }
        let message = "\(reason): \(waiting.message ?? "the image can't be had")"
        switch reason {
        case "ErrImageNeverPull", "InvalidImageName": return .missing(message)
        case "ErrImagePull", "ImagePullBackOff":
            let text = message.lowercased()
            let certain = ["not found", "manifest unknown", "does not exist", "denied", "unauthorized", "no basic auth"]
            return certain.contains(where: text.contains) ? .missing(message) : .unreachable(message)
        default: return nil
        }
    }
}

extension Cluster {
    /// The last lines that a pod wrote; of its run before this one where this one has written nothing. Empty where they can't be had.
    func lastLines(of pod: PodObject, count: Int = 30) async -> String {
        for previous in [false, true] {
            var query = [("tailLines", String(count)), ("limitBytes", String(64 << 10))]
            if previous { query.append(("previous", "true")) }
            guard let answer = try? await call("GET", log(of: pod, query)), answer.succeeded, !answer.body.isEmpty else {
                continue
            }
            return String(decoding: answer.body, as: UTF8.self)
        }
        return ""
    }

    /// All that a pod wrote.
    func output(of pod: PodObject) async throws(WorkError) -> [UInt8] {
        let answer = try await call("GET", log(of: pod, []))
        try answer.expect("reading a task's output")
        return answer.body
    }

    func log(of pod: PodObject, _ query: [(String, String)]) -> String {
        Resource.pods.path(in: pod.metadata.namespace, pod.metadata.name, part: "log", query: query)
    }

    /// The last warning about an object: why its pod can't be made, its volume not be mounted.
    func lastWarning(about name: String, in namespace: String) async -> String? {
        let path = Resource.events.path(
            in: namespace, query: [("fieldSelector", "involvedObject.name=\(name),type=Warning"), ("limit", "50")])
        struct List: Decodable { var items: [EventObject] }
        guard let answer = try? await call("GET", path), let list = try? answer.decode(List.self, "reading events") else {
            return nil
        }
        let last = list.items.max { ($0.lastTimestamp ?? "") < ($1.lastTimestamp ?? "") }
        return last.map { "\($0.reason ?? "Warning"): \($0.message ?? "")" }
    }
}
