internal import Model

/// What becomes of a command that was just opened. Pure.
enum Intake: Hashable {
    /// It is certainly the first copy and nothing stands in the way.
    case act
    /// Not acted upon; the ledger sends a fresh attempt if it still wants one.
    case again(Report.AgainReason)
    /// A copy of what this agent works on already: the broker lost our connection, not our work. Its outcome is still to come,
    /// and until then the copy is not acknowledged.
    case ours

    /// - Parameters:
    ///   - redelivered: the broker delivered it before, to anyone.
    ///   - repeated: the relay may have published it before.
    ///   - working: this agent works on this very attempt.
    ///   - late: it lay here for so long that the broker may have given it to another agent.
    init(redelivered: Bool, repeated: Bool, working: Bool, draining: Bool, late: Bool = false) {
        self =
            if working {
                .ours
            } else if redelivered {
                .again(.redelivered)
            } else if repeated {
                .again(.repeated)
            } else if draining || late {
                .again(.givenBack)
            } else {
                .act
            }
    }
}
