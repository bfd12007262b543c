internal import Synchronization

/// Digests that were made before. Equal content has an equal digest, so nothing can be out of date.
final class DigestMemory<Content: Sendable & Hashable>: Sendable {
    private let limit: Int
    private let digests = Mutex<[Content: String]>([:])

    /// - Parameter limit: how many are kept; all are forgotten when there are more.
    init(limit: Int) {
        self.limit = limit
    }

    func digest(of content: Content, make: () -> String) -> String {
        if let known = digests.withLock({ $0[content] }) { return known }
        let digest = make()
        digests.withLock { digests in
            if digests.count >= limit { digests = [:] }
            digests[content] = digest
        }
        return digest
    }
}
