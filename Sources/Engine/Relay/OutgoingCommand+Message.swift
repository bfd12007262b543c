import Ledger
import Model
import RabbitMQ
import Wire

extension OutgoingCommand {
    /// The signed message that asks an agent for the work.
    func message(_ signer: Signer) throws(WireError) -> Message {
        let command = Wire.Command(
            operation: operation.id, sequence: operation.sequence, kind: operation.kind, attempt: attempt.id,
            attemptNumber: attempt.number, host: host.target, work: wireWork)
        return try signer.message(
            .command, to: .commands(host.target.driver, host.site), site: host.site, payload: command,
            schema: command.schema(readBy: schemas), repeat: isRepeat)
    }

    private var wireWork: Wire.Command.Work {
        if let work { return .converge(work) }
        switch operation.kind {
        case .hostDelete, .hostCleanse: return .cleanse
        case .hostSweep: return .remove(objects)
        default: return .probe
        }
    }
}
