import Curl
import Drivers
package import Model

extension Daemon {
    /// The image, pulled if the daemon lacks it and its reference names a registry.
    ///
    /// - Parameter node: that needs it; `nil` for a task.
    /// - Throws: `imageMissing`, terminal where nobody has it, transient where the registry can't be asked.
    package func presentImage(
        _ name: String, for node: String?, progress: @Sendable (Progress) -> Void
    ) async throws(WorkError) -> ImageDetails {
        if let image = try await image(name) { return image }
        guard let reference = ImageReference(name) else {
            throw WorkError(
                .terminal, .imageMissing,
                "the host has no image \(name), and the name says no registry to pull it from; put the image on the host",
                node: node)
        }
        try await pull(reference, for: node, progress)
        if let image = try await image(name) { return image }
        throw WorkError(.transient, .imageMissing, "the image \(name) was pulled and is gone again", node: node)
    }

    /// Any number of calls may pull the same image: the daemon does it once. A pull that lands late harms nobody.
    private func pull(
        _ reference: ImageReference, for node: String?, _ progress: @Sendable (Progress) -> Void
    ) async throws(WorkError) {
        let path = Request.path(
            "images", "create", query: [("fromImage", reference.repository), ("tag", reference.tag)])
        let timeouts = Timeouts(connect: .seconds(5), total: nil, idle: .seconds(120))
        let answer = try await stream(path, method: "POST", timeouts: timeouts)
        var words = PullWords(reference)
        do {
            for try await bytes in answer.body {
                if let step = words.take(bytes) { progress(step) }
            }
        } catch {
            throw WorkError(error, at: endpoint)
        }
        if let error = words.failure(status: answer.status, node: node) { throw error }
    }
}
