package import Model
import Synchronization

/// Counts what has been done of a round's work, from many tasks at the same time, and tells it on.
package final class ProgressMeter: Sendable {
    private let done = Mutex(0)
    private let total: Int
    private let tell: @Sendable (Progress) -> Void

    package init(total: Int, _ tell: @escaping @Sendable (Progress) -> Void) {
        self.total = total
        self.tell = tell
    }

    package convenience init(_ plan: ConvergePlan, _ tell: @escaping @Sendable (Progress) -> Void) {
        let removing = plan.removals.isEmpty ? 0 : 1
        self.init(total: removing + (plan.needsNetwork ? 1 : 0) + plan.steps.filter(\.changes).count, tell)
    }

    package func advance(_ step: String) {
        // Told under the lock, so that nobody sees it go backwards.
        done.withLock { done in
            done += 1
            tell(Progress(done: done, total: total, step: step))
        }
    }
}
