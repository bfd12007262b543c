public import FoundationEssentials

/// What the children of a parent operation have come to.
public struct Children: Sendable, Hashable {
    /// Not over yet.
    public var open: Int
    public var succeeded: Int
    /// Ended in any other way.
    public var failed: Int

    public init(open: Int = 0, succeeded: Int = 0, failed: Int = 0) {
        self.open = open
        self.succeeded = succeeded
        self.failed = failed
    }

    public var ended: Int { succeeded + failed }
}

extension Operation {
    /// Brings a parent operation up to date with its children; it ends when they all have and none is left to begin.
    ///
    /// - Parameters:
    ///   - left: how many are still to begin.
    ///   - remains: what stands in the way of success although all children ended well, for people.
    public mutating func follow(_ children: Children, left: Int, remains: String? = nil, at now: Date) {
        guard kind.isParent, !status.hasEnded else { return }
        let left = cancelRequested ? 0 : left
        progress = Progress(
            done: children.ended, total: children.ended + children.open + left,
            step: children.open + left == 0 ? "done" : "\(children.open) under way, \(left) to begin")
        guard children.open == 0, left == 0 else { return }
        endedAt = now
        if cancelRequested {
            status = .cancelled
        } else if children.failed > 0 {
            fail("\(children.failed) of \(children.ended) operations did not succeed; list them with ?parent=\(id)")
        } else if let remains {
            fail(remains)
        } else {
            status = .succeeded
        }
    }

    private mutating func fail(_ message: String) {
        status = .failed
        error = WorkError(.terminal, .childrenFailed, message)
    }
}
