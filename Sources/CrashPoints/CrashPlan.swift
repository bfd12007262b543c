#if CrashPoints
    internal import Glibc
    internal import Synchronization

    /// Where this process is to die.
    @usableFromInline final class CrashPlan: Sendable {
        private static let variable = "CONTINUO_CRASH_POINT"
        @usableFromInline static let here = CrashPlan(getenv(variable).map { String(cString: $0) })

        private let point: CrashPoint?
        private let time: Int
        private let times = Atomic(0)

        /// - Parameter text: a point's name, a colon, and which time counts. The program ends at once when it is neither.
        private init(_ text: String?) {
            let words = (text ?? "").split(separator: ":")
            point = words.first.flatMap { name in CrashPoint.allCases.first { "\($0)" == name } }
            time = words.count == 2 ? Int(words[1]) ?? 0 : 0
            precondition(text == nil || (point != nil && time > 0), "\(Self.variable) is no crash point: \(text ?? "")")
        }

        @usableFromInline func reach(_ point: CrashPoint) {
            guard point == self.point, times.add(1, ordering: .relaxed).newValue == time else { return }
            kill(getpid(), SIGKILL)
        }
    }
#endif
