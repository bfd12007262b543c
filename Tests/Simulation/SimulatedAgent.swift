import FoundationEssentials
import Model
import Wire

@testable import Agent
@testable import Ledger

/// An agent: its term, and the commands in its hands.
struct SimulatedAgent {
    var id: AgentID
    var term = Term<Instant>()
    var nextBeat = 0.0
    /// SIGSTOP until then.
    var pausedUntil = 0.0
    var works: [Work] = []

    struct Work {
        enum Stage {
            case received
            case acting
            /// A call is on its way until then.
            case calling(until: Double)
            case ended(Report.Outcome)
            case giveBack(Report.AgainReason)
        }

        var copy: CommandCopy
        var stage = Stage.received
        var receivedAt: Double
        /// The broker knows that this agent has it; else the copy went back to the queue.
        var isOurs = true
        var isCancelled = false
        var right: Term<Instant>.Right?
    }
}

extension World {
    /// One thing that an agent does.
    func agentStep(_ index: Int) throws {
        if now < agents[index].pausedUntil { return }
        if faults, chance.happens(3) { return disturb(index) }
        if now >= agents[index].nextBeat { return beat(index) }
        let busy = agents[index].works.indices
        if busy.count < 3, !broker.commands.isEmpty, busy.isEmpty || chance.happens(30) {
            receive(index)
        } else if let work = chance.pick(busy) {
            try workStep(index, work)
        }
    }

    private func disturb(_ index: Int) {
        switch chance.below(3) {
        case 0: killAgent(index)
        case 1:
            agents[index].pausedUntil = now + Double(chance.below(60))
            say("agent \(index) is paused until \(Int(agents[index].pausedUntil)) s")
        default:
            say("agent \(index) loses its connection")
            disconnect(index)
        }
    }

    func killAgent(_ index: Int) {
        say("agent \(index) dies")
        disconnect(index)
        agents[index] = SimulatedAgent(id: fresh())
    }

    /// What it has not acknowledged goes back to the queue; what it does goes on.
    func disconnect(_ index: Int) {
        for work in agents[index].works.indices where agents[index].works[work].isOurs {
            agents[index].works[work].isOurs = false
            var copy = agents[index].works[work].copy
            copy.redelivered = true
            broker.commands.insert(copy, at: 0)
        }
    }

    private func beat(_ index: Int) {
        let agent = agents[index]
        let presence = AgentPresence(
            id: agent.id, name: "agent", site: "default", driver: .memory, version: "1", schemas: [1],
            working: agent.works.map(\.copy.command.operation))
        let sentAt = instant
        if publish(.heartbeat(presence)) {
            agents[index].term.renew(sentAt: sentAt, confirmedAt: instant)
            agents[index].nextBeat = now + 5
        } else {
            agents[index].nextBeat = now + 1
        }
    }

    private func receive(_ index: Int) {
        let copy = broker.commands.remove(at: faults ? chance.below(min(2, broker.commands.count)) : 0)
        let isWorking = agents[index].works.contains { $0.copy.command.attempt == copy.command.attempt }
        switch Intake(
            redelivered: copy.redelivered, repeated: copy.command.isRepeat, working: isWorking,
            draining: faults && chance.happens(3))
        {
        case .ours:
            say("agent \(index) knows \(name(copy.command)) as its own")
            for work in agents[index].works.indices where agents[index].works[work].copy.command.attempt == copy.command.attempt {
                agents[index].works[work].copy = copy
                agents[index].works[work].isOurs = true
            }
        case .again(let reason):
            say("agent \(index) will not act on \(name(copy.command)): \(reason)")
            let stage = SimulatedAgent.Work.Stage.giveBack(reason)
            agents[index].works.append(SimulatedAgent.Work(copy: copy, stage: stage, receivedAt: now))
        case .act:
            say("agent \(index) takes \(name(copy.command))")
            agents[index].works.append(SimulatedAgent.Work(copy: copy, receivedAt: now))
        }
    }

    private func workStep(_ index: Int, _ position: Int) throws {
        let work = agents[index].works[position]
        let command = work.copy.command
        let reference = Report.AttemptReference(
            operation: command.operation, attempt: command.attempt, host: command.host, agent: agents[index].id)
        switch work.stage {
        case .received: begin(index, position, reference)
        case .acting: try act(index, position)
        case .calling(let until): if now >= until { agents[index].works[position].stage = .acting }
        case .ended(let outcome): finish(index, position, .outcome(reference, outcome))
        case .giveBack(let reason): finish(index, position, .again(reference, reason))
        }
    }

    private func begin(_ index: Int, _ position: Int, _ reference: Report.AttemptReference) {
        // The right is that of the term in which `started` is first said: from then on the ledger may count on it.
        let right = agents[index].works[position].right ?? agents[index].term.right(at: instant)
        agents[index].works[position].right = right
        let isLate = now - agents[index].works[position].receivedAt > Self.patience
        guard let right else {
            if isLate { agents[index].works[position].stage = .giveBack(.givenBack) }
            return
        }
        guard agents[index].term.holds(right, at: instant), !isLate else {
            agents[index].works[position].stage = .giveBack(.givenBack)
            return
        }
        if publish(.started(reference)) {
            agents[index].works[position].stage = .acting
            say("agent \(index) has started \(name(agents[index].works[position].copy.command))")
        } else if chance.happens(30) {
            agents[index].works[position].stage = .giveBack(.givenBack)
        }
    }

    private static var patience: Double { 20 }

    /// Said until the broker has it; then the command is acknowledged.
    private func finish(_ index: Int, _ position: Int, _ report: Report) {
        guard publish(report) else { return }
        say("agent \(index) says the end of \(name(agents[index].works[position].copy.command))")
        agents[index].works.remove(at: position)
    }
}
