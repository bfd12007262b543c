/// The places on the road where a process under test may be made to die, numbered in the order in which a request passes them.
///
/// A program that was built with the package trait `CrashPoints` reads the variable `CONTINUO_CRASH_POINT`, say `afterClaim:3`: it
/// kills itself when it comes to that place for the third time. Without the trait, as in every release, nothing of that is in the
/// program.
public enum CrashPoint: Int, Sendable, CaseIterable {
    // In an engine.
    case beforeInsert = 1
    case afterInsert
    case beforeClaim
    case afterClaim
    /// Writing a message to the broker's connection.
    case beforePublish
    case afterPublish
    /// The broker's word that it has the message.
    case beforeConfirm
    case afterConfirm
    case beforeMark
    case afterMark

    // In an agent, where messages are published and confirmed too.
    case beforeDeliver
    case afterDeliver
    case beforeStarted
    case afterStarted
    /// Each call to a host.
    case beforeAct
    case afterAct
    case beforeOutcome
    case afterOutcome
    case beforeAck
    case afterAck

    // In a watchdog, which acknowledges too.
    case beforeCommit
    case afterCommit

    /// Says that the process is there.
    @inlinable public func reach() {
        #if CrashPoints
            CrashPlan.here.reach(self)
        #endif
    }
}
