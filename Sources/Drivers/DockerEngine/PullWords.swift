package import Drivers
import FoundationEssentials
package import Model

/// What the daemon says while it pulls an image: lines of JSON, the last of which may be an error though the status was 200.
package struct PullWords: Sendable {
    private struct Word: Decodable {
        var id: String?
        var status: String?
        var error: String?
        /// Where the daemon refuses before it begins.
        var message: String?
    }

    private let reference: ImageReference
    private var rest: [UInt8] = []
    /// The layers by whether they are there.
    private var layers: [String: Bool] = [:]
    private var complaint: String?

    package init(_ reference: ImageReference) {
        self.reference = reference
    }

    /// - Returns: how far the pull is, if that has changed.
    package mutating func take(_ bytes: [UInt8]) -> Progress? {
        let before = layers
        rest += bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            take(line: rest[..<end])
            rest.removeSubrange(...end)
        }
        guard layers != before else { return nil }
        return Progress(
            done: layers.values.count { $0 }, total: layers.count,
            step: "pulling \(reference): \(layers.values.count { $0 }) of \(layers.count) layers")
    }

    private mutating func take(line: some Sequence<UInt8>) {
        guard let word = try? JSONDecoder().decode(Word.self, from: Data(line)) else { return }
        if let said = word.error ?? word.message { complaint = said }
        guard let id = word.id, let status = word.status else { return }
        switch status {
        case "Pulling fs layer", "Waiting": layers[id] = layers[id] ?? false
        case "Pull complete", "Already exists": layers[id] = true
        default: return
        }
    }

    /// The error with which the pull ended, of a stream with this status; `nil` when the image is there.
    package mutating func failure(status: Int, node: String?) -> WorkError? {
        take(line: rest)
        guard complaint != nil || !(200..<300).contains(status) else { return nil }
        let said = "pulling the image \(reference): \(complaint ?? "status \(status)")"
        if said.contains("no space left on device") { return WorkError(.transient, .noRoom, said, node: node) }
        let nobodyHasIt = [
            "manifest unknown", "not found", "does not exist", "access denied", "no matching manifest", "unauthorized",
        ]
        // A registry that is not there: `dial tcp: lookup …: no such host`, `connection refused`, `i/o timeout`.
        let isAway = ["no such host", "dial tcp", "timeout", "deadline exceeded", "server misbehaving"].contains {
            said.contains($0)
        }
        if !isAway, status == 404 || nobodyHasIt.contains(where: { said.contains($0) }) {
            return WorkError(.terminal, .imageMissing, said, node: node)
        }
        return WorkError(.transient, .imageMissing, said, node: node)
    }
}
