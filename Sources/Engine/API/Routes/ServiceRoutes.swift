import Embedded
import HTTPTypes
import Model

extension API {
    var serviceRoutes: [Route] {
        [
            Route(.get, "/healthz", .open) { _ in Answer(.ok, json: .object(["status": .string("alive")])) },
            Route(.get, "/readyz", .open) { _ in try await readiness.answer() },
            Route(.get, "/v1/openapi.yaml", .open) { _ in try Self.description() },
        ]
    }

    private static func description() throws(Problem) -> Answer {
        guard let file = EmbeddedFile.named("schemas/openapi.yaml") else {
            throw Problem(.internal, "The description of the API is not built in.")
        }
        return Answer(.ok, bytes: file.bytes, type: "application/yaml")
    }
}
