import Model
import Testing

@testable import KubernetesDriver

/// What the cluster's refusals mean.
@Suite struct RefusalTests {
    private func refusal(_ status: Int, _ message: String, causes: String = "[]", retryAfter: Int? = nil) -> WorkError {
        let body = #"{"kind":"Status","message":"\#(message)","details":{"causes":\#(causes)}}"#
        return ClusterAnswer(status: status, body: Array(body.utf8), retryAfter: retryAfter).refusal("making it")
    }

    @Test func aMissingPermissionIsNamed() {
        let error = refusal(
            403,
            #"statefulsets.apps is forbidden: User \"x\" cannot create resource \"statefulsets\" in API group \"apps\" in the namespace \"n\""#
        )
        #expect(error.code == .notPermitted && error.disposition == .terminal)
        #expect(error.message.contains("may not create statefulsets (API group apps)"))
        #expect(error.message.contains("agent-rbac.yaml"))
    }

    @Test func aSubresourceIsNamedWhole() {
        let error = refusal(
            403, #"pods \"a\" is forbidden: User \"x\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"n\""#
        )
        #expect(error.message.contains("may not get pods/log (API group core)"))
    }

    @Test func aTakenPortIsNamed() {
        let cause = #"[{"message":"Invalid value: 30123: provided port is already allocated","field":"spec.ports[0].nodePort"}]"#
        let error = refusal(422, "invalid", causes: cause)
        #expect(error.code == .portTaken && error.value == "30123")
        #expect(refusal(422, "invalid").code == .badPlan)
    }

    private static let meanings: [(Int, String, WorkError.Code, WorkError.Disposition)] = [
        (401, "Unauthorized", .badCredentials, .terminal),
        (403, "pods is forbidden: exceeded quota: chain", .noRoom, .transient),
        (403, "forbidden: status unknown for quota: chain", .hostRefused, .transient),
        (403, "unable to create new content in namespace n because it is being terminated", .hostRefused, .transient),
        (403, "violates PodSecurity", .hostRefused, .terminal),
        (409, "the object has been modified", .hostRefused, .transient),
        (500, "etcdserver: request timed out", .hostRefused, .transient), (400, "no", .badPlan, .terminal),
    ]

    @Test(arguments: meanings)
    func others(status: Int, message: String, code: WorkError.Code, disposition: WorkError.Disposition) {
        let error = refusal(status, message)
        #expect(error.code == code && error.disposition == disposition)
    }

    @Test func patienceThatIsAskedForIsPassedOn() {
        #expect(refusal(429, "too many requests", retryAfter: 7).notBefore == 7)
    }

    @Test(arguments: [("1500m", 1.5), ("24Gi", 25_769_803_776), ("2", 2), ("100k", 100_000), ("2e3", 2000)])
    func amounts(_ text: String, amount: Double) {
        #expect(Quantity.read(text) == amount)
    }
}
