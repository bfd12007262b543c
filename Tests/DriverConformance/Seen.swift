import Model
import Synchronization

/// Remembers the progress that was told.
final class Seen: Sendable {
    private let progress = Mutex<[Progress]>([])

    var all: [Progress] { progress.withLock { $0 } }

    func note(_ step: Progress) {
        progress.withLock { $0.append(step) }
    }
}
