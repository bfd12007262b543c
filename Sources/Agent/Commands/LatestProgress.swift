internal import Model
internal import Synchronization

/// The last step that a driver told and nobody has heard yet.
final class LatestProgress: Sendable {
    private let step = Mutex<Progress?>(nil)

    func set(_ step: Progress) {
        self.step.withLock { $0 = step }
    }

    func take() -> Progress? {
        step.withLock { step in
            defer { step = nil }
            return step
        }
    }
}
