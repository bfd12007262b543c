import Glibc
import Logging
import UnixSignals

/// The first signal asks the agent to end in good order, which may take its grace; a second one ends it at once. What it holds
/// then is delivered to another agent, as if it had been killed.
enum Impatience {
    /// Until its task is cancelled.
    static func watch(_ logger: Logger) async {
        var isEnding = false
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            if isEnding {
                logger.warning("ended by a second signal; what was under way is left to another agent")
                _exit(128 + signal.rawValue)
            }
            isEnding = true
            logger.info("ending in good order; a second signal ends at once")
        }
    }
}
