import CrashPoints

/// A program's order to die at a place, the n-th time it comes there.
struct Arm: Sendable, CustomStringConvertible {
    let point: CrashPoint
    let time: Int

    /// As `CONTINUO_CRASH_POINT` has it.
    var description: String { "\(point):\(time)" }
}
