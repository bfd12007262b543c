import Foundation
import Model
import Testing

/// A clock, chance and identities that a test holds in its hand.
struct Story {
    var record: OperationRecord
    var now = Date(timeIntervalSince1970: 1_000_000)
    var policy = RetryPolicy()
    let agent = AgentID.fresh()

    init(_ kind: OperationKind = .create) {
        record = OperationRecord(
            operation: Operation(id: .fresh(), kind: kind, host: .fresh(), chain: .fresh(), priority: .tenant, createdAt: now))
    }

    var operation: Model.Operation { record.operation }
    var latest: AttemptID { record.attempts.last!.id }  // every story dispatches first

    @discardableResult
    mutating func tell(_ event: OperationEvent, jitter: Double = 0.5) -> [OperationEffect] {
        now += 1
        return record.apply(event, at: Moment(now: now, jitter: jitter, attempt: .fresh()), policy: policy)
    }

    mutating func dispatchAndStart() {
        tell(.dispatch)
        tell(.started(latest, agent))
    }
}

private let hostAway = WorkError(.transient, .hostUnreachable, "connection refused")
private let imageMissing = WorkError(.terminal, .imageMissing, "no such image")

@Suite struct OperationRecordTests {
    @Test func theStraightRoad() {
        var story = Story()
        #expect(story.tell(.dispatch) == [.send(story.record.attempts[0])])
        #expect(story.operation.status == .sent)
        story.tell(.started(story.latest, story.agent))
        #expect(story.operation.status == .working)
        #expect(story.tell(.outcome(story.latest, nil)) == [.ended(.succeeded)])
        #expect(story.operation.status == .succeeded)
        #expect(story.record.attempts[0].quietAt == story.now)
    }

    @Test func aTransientErrorIsTriedAgainLater() {
        var story = Story()
        story.dispatchAndStart()
        #expect(story.tell(.outcome(story.latest, hostAway), jitter: 0.5) == [])
        #expect(story.operation.status == .retrying)
        #expect(story.operation.retryAt == story.now.addingTimeInterval(0.5))
        #expect(story.operation.charged == 1)
        story.tell(.dispatch)
        #expect(story.operation.status == .sent)
        #expect(story.operation.attempt == 2)
    }

    @Test func aTerminalErrorEndsIt() {
        var story = Story()
        story.dispatchAndStart()
        #expect(story.tell(.outcome(story.latest, imageMissing)) == [.ended(.failed(imageMissing))])
        #expect(story.operation.status == .failed)
    }

    @Test func attemptsRunOut() {
        var story = Story()
        for _ in 0..<story.policy.limit {
            story.dispatchAndStart()
            story.tell(.outcome(story.latest, hostAway))
        }
        #expect(story.operation.status == .failed)
        #expect(story.operation.charged == story.policy.limit)
        #expect(story.operation.error == hostAway)
    }

    @Test func anUnstartedCopyIsSentAfreshForFree() {
        var story = Story()
        story.tell(.dispatch)
        let first = story.latest
        #expect(story.tell(.again(first)).count == 1)
        #expect(story.latest != first)
        #expect(story.operation.charged == 0)
        #expect(story.operation.status == .sent)
    }

    /// The broker lost the first agent's connection after the delivery: a second agent gets the copy before the first says `started`.
    @Test func whoStartsAfterItsCopyCameBackMayStillAct() {
        var story = Story()
        story.tell(.dispatch)
        let first = story.latest
        story.tell(.again(first))
        story.tell(.agentGone(first))
        #expect(story.record.attempts[0].quietAt != nil)
        story.tell(.started(first, story.agent))
        #expect(story.record.attempts[0].startedAt != nil)
        #expect(story.record.attempts[0].quietAt == nil)
        #expect(story.operation.status == .sent)
        story.tell(.outcome(first, nil))
        #expect(story.record.attempts[0].quietAt == story.now)
        #expect(story.operation.status == .sent)
    }

    @Test func aSecondAgainOfTheSameAttemptChangesNothing() {
        var story = Story()
        story.tell(.dispatch)
        let first = story.latest
        story.tell(.again(first))
        #expect(story.tell(.again(first)) == [])
        #expect(story.record.attempts.count == 2)
    }

    @Test func aStartedCopyThatComesBackCostsAnAttemptAndStaysUnquiet() {
        var story = Story()
        story.dispatchAndStart()
        story.tell(.again(story.latest))
        #expect(story.operation.status == .retrying)
        #expect(story.operation.charged == 1)
        #expect(story.record.attempts[0].result == .agentLost && story.record.attempts[0].error?.code == .agentLost)
        #expect(story.record.attempts[0].quietAt == nil)
        story.tell(.agentGone(story.record.attempts[0].id))
        #expect(story.record.attempts[0].quietAt == story.now)
        #expect(story.operation.charged == 1)
    }

    @Test func theEndOfACutOffAttemptOnlyQuietsIt() {
        var story = Story()
        story.dispatchAndStart()
        let first = story.latest
        story.tell(.again(first))
        story.dispatchAndStart()
        #expect(story.tell(.outcome(first, nil)) == [])
        #expect(story.operation.status == .working)
        #expect(story.record.attempts[0].quietAt == story.now)
        #expect(story.tell(.outcome(story.latest, nil)) == [.ended(.succeeded)])
    }

    @Test func threeLostAgentsInARowArePoison() {
        var story = Story()
        for _ in 0..<3 {
            story.dispatchAndStart()
            story.tell(.again(story.latest))
        }
        #expect(story.operation.status == .failed)
        #expect(story.operation.error?.code == .poison)
    }

    @Test func anOutcomeBetweenLostAgentsStartsTheCountAnew() {
        var story = Story()
        for round in 0..<6 {
            story.dispatchAndStart()
            story.tell(round == 2 ? .outcome(story.latest, hostAway) : .again(story.latest))
            if story.operation.status == .failed {
                #expect(round == 5)
            }
        }
        #expect(story.operation.error?.code == .poison)
    }

    @Test func givingBackIsFree() {
        var story = Story()
        story.dispatchAndStart()
        story.tell(.givenBack(story.latest, story.agent))
        #expect(story.operation.status == .sent)
        #expect(story.operation.charged == 0)
        #expect(story.record.attempts[0].quietAt != nil)
    }

    @Test func anAgentThatGaveBackBeforeItsStartedCameHoldsNobodyBack() {
        var story = Story()
        story.tell(.dispatch)
        let first = story.latest
        story.tell(.givenBack(first, story.agent))
        story.tell(.started(first, story.agent))
        #expect(story.record.attempts[0].mayAct == false)
    }

    @Test func anOutcomeBeforeItsStartedHoldsNobodyBack() {
        var story = Story()
        story.tell(.dispatch)
        let first = story.latest
        story.tell(.again(first))
        story.tell(.outcome(first, nil))
        story.tell(.started(first, story.agent))
        #expect(story.record.attempts[0].mayAct == false)
    }

    @Test func aCommandThatCameBackMayStillBeInAnAgentsHands() {
        var story = Story()
        story.tell(.dispatch)
        let first = story.latest
        story.tell(.again(first))
        #expect(story.record.attempts[0].mayAct)
        story.tell(.agentGone(first))
        #expect(story.record.attempts[0].mayAct == false)
        #expect(story.operation.charged == 0)
    }

    @Test func aTakenPortIsReassignedForFree() {
        var story = Story()
        story.dispatchAndStart()
        let taken = WorkError(.transient, .portTaken, "20001 is taken", value: "20001")
        #expect(story.tell(.outcome(story.latest, taken)) == [.reassign(taken)])
        #expect(story.operation.status == .queued)
        #expect(story.operation.charged == 0)
    }

    @Test(arguments: [WorkError.Code.nodeFailed, .notHealthy, .hostRefused])
    func aChainThatNeverLivedIsStartedOver(code: WorkError.Code) {
        var story = Story()
        story.dispatchAndStart()
        let dead = WorkError(.transient, code, "it does not live", node: "node1")
        #expect(story.tell(.outcome(story.latest, dead)) == [.startOver(dead)])
        #expect(story.operation.status == .retrying && story.operation.charged == 1)
    }

    @Test func anUnfinishedAttemptIsNotCounted() {
        var story = Story()
        story.dispatchAndStart()
        story.tell(.unfinished(story.latest))
        #expect(story.operation.status == .retrying)
        #expect(story.operation.charged == 0)
        #expect(story.record.attempts[0].quietAt == nil)
    }

    @Test func onlyWhatIsNotInFlightIsSuperseded() {
        var queued = Story()
        #expect(queued.tell(.supersede) == [.ended(.superseded)])
        var sent = Story()
        sent.tell(.dispatch)
        #expect(sent.tell(.supersede) == [])
        #expect(sent.operation.status == .sent)
        var over = Story()
        over.dispatchAndStart()
        over.tell(.outcome(over.latest, nil))
        #expect(over.tell(.supersede) == [])
        #expect(over.operation.status == .succeeded)
    }

    @Test func cancellingInFlightAsksTheAgentAndEndsByItsOutcome() {
        var story = Story()
        story.dispatchAndStart()
        #expect(story.tell(.cancel) == [.broadcastCancel])
        #expect(story.tell(.cancel) == [])
        let cancelled = WorkError(.cancelled, .cancelled, "asked to stop")
        #expect(story.tell(.outcome(story.latest, cancelled)) == [.ended(.cancelled)])
    }

    @Test func whatWaitsForItsNextAttemptIsHurried() {
        var story = Story()
        story.policy = RetryPolicy(base: 60)
        story.dispatchAndStart()
        #expect(story.tell(.hurry) == [] && story.operation.retryAt == nil)
        story.tell(.outcome(story.latest, hostAway))
        #expect(story.tell(.hurry) == [])
        #expect(story.operation.status == .retrying && story.operation.retryAt == story.now)
        let due = story.operation.retryAt
        story.tell(.hurry)
        #expect(story.operation.retryAt == due, "what is due already is not put off")
    }

    @Test func aCancelThatComesTooLateDoesNotUndoSuccess() {
        var story = Story()
        story.dispatchAndStart()
        story.tell(.cancel)
        #expect(story.tell(.outcome(story.latest, nil)) == [.ended(.succeeded)])
    }

    @Test func whatHasASuccessorIsNotTriedAgain() {
        var story = Story(.stop)
        story.record.hasSuccessor = true
        story.dispatchAndStart()
        #expect(story.tell(.outcome(story.latest, hostAway)) == [.ended(.superseded)])
        #expect(story.operation.status == .superseded)
    }

    @Test func progressOfAnEarlierAttemptIsNotShown() {
        var story = Story()
        story.dispatchAndStart()
        let first = story.latest
        story.tell(.again(first))
        story.dispatchAndStart()
        story.tell(.progress(first, Progress(done: 1, total: 2, step: "old")))
        #expect(story.operation.progress == nil)
        story.tell(.progress(story.latest, Progress(done: 1, total: 2, step: "new")))
        #expect(story.operation.progress?.step == "new")
    }

    @Test func outcomeBeforeStartedCountsAsStarted() {
        var story = Story()
        story.tell(.dispatch)
        story.tell(.outcome(story.latest, nil))
        #expect(story.operation.status == .succeeded)
        #expect(story.record.attempts[0].startedAt != nil)
        #expect(story.tell(.started(story.latest, story.agent)) == [])
        #expect(story.operation.status == .succeeded)
    }

    /// Any order of any events: an ended operation stays as it ended, numbers rise by one, at most one end is told.
    @Test(arguments: 0..<400) func lawsHoldUnderAnyOrder(seed: UInt64) {
        var random = SplitMix(seed)
        var story = Story()
        var ends = 0
        for _ in 0..<40 {
            let before = story.operation
            let attempt = story.record.attempts.randomElement(using: &random)?.id ?? .fresh()
            let events: [OperationEvent] = [
                .dispatch, .started(attempt, story.agent), .outcome(attempt, nil), .outcome(attempt, hostAway), .again(attempt),
                .givenBack(attempt, story.agent), .agentGone(attempt), .unfinished(attempt), .supersede, .cancel,
            ]
            let effects = story.tell(events.randomElement(using: &random)!, jitter: Double.random(in: 0..<1, using: &random))
            ends += effects.filter { if case .ended = $0 { true } else { false } }.count
            if before.status.hasEnded { #expect(story.operation.status == before.status) }
            #expect(story.operation.attempt == story.record.attempts.count)
            #expect(story.record.attempts.enumerated().allSatisfy { $0.element.number == $0.offset + 1 })
            #expect(story.record.attempts.dropLast().allSatisfy { $0.endedAt != nil })
            #expect((story.operation.status == .retrying) == (story.operation.retryAt != nil))
        }
        #expect(ends == (story.operation.status.hasEnded ? 1 : 0))
    }
}

/// A small seeded generator (Steele, Lea, Flood 2014), so that a failure can be run again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
