import Drivers
import Model
import Testing

struct TaskFailureTests {
    private let failure = WorkError(.transient, .taskFailed, "the task join took longer than 5 s", log: "waiting")

    @Test func isItselfWhereNothingIsLeft() async {
        #expect(await failure.afterTidying {} == failure)
    }

    @Test func keepsItsCauseWhereTidyingFails() async {
        let told = await failure.afterTidying { () throws(WorkError) in
            throw WorkError(.transient, .hostSlow, "the pod is not gone", notBefore: 7)
        }
        var expected = failure
        expected.message += "; it could not be tidied up: the pod is not gone"
        expected.notBefore = 7
        #expect(told == expected)
    }

    @Test func isNoFailureOnceTheWorkIsCancelled() async {
        let cancelled = WorkError(.cancelled, .cancelled, "the work was stopped on request")
        #expect(await failure.afterTidying { () throws(WorkError) in throw cancelled } == cancelled)
    }
}
