import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Sends one request as programs in Java do, which write multipart by hand:
 * {@code java JavaClients.java CASE URL FILE}. Only {@code capture.ts} runs it.
 */
class JavaClients {
    private static final String LINE = "\r\n";

    public static void main(String[] arguments) throws Exception {
        URI uri = URI.create(arguments[1]);
        Path file = Path.of(arguments[2]);
        switch (arguments[0]) {
            case "http-client-form" -> {
                String boundary = "----JavaHttpClientBoundary1732936000000";
                send(HttpClient.newHttpClient(), form(uri, boundary, BodyPublishers.ofByteArray(body(boundary, file))));
            }
            case "http-client-form-in-chunks" -> {
                String boundary = "9f0c1d1e-6a2b-4c52-9d55-0d1c6b7e8f90";
                byte[] body = body(boundary, file);
                send(http11(), form(uri, boundary, BodyPublishers.ofByteArrays(List.of(body))));
            }
            case "http-client-put" -> send(HttpClient.newHttpClient(), put(uri).PUT(BodyPublishers.ofFile(file)));
            case "http-client-put-1.1" -> send(http11(), put(uri).PUT(BodyPublishers.ofFile(file)));
            case "http-client-put-in-chunks" -> {
                byte[] bytes = Files.readAllBytes(file);
                BodyPublisher unsized = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
                send(HttpClient.newHttpClient(), put(uri).PUT(unsized));
            }
            case "http-client-expect" ->
                send(http11(), put(uri).expectContinue(true).PUT(BodyPublishers.ofFile(file)));
            case "http-client-expect-h2c" ->
                send(HttpClient.newHttpClient(), put(uri).expectContinue(true).PUT(BodyPublishers.ofFile(file)));
            case "url-connection-form" -> {
                String boundary = "===1732936000000===";
                HttpURLConnection connection = open(uri, "POST");
                connection.setRequestProperty("Content-Type", "multipart/form-data; boundary=" + boundary);
                finish(connection, body(boundary, file));
            }
            case "url-connection-form-in-chunks" -> {
                String boundary = "*****";
                HttpURLConnection connection = open(uri, "POST");
                connection.setChunkedStreamingMode(0);
                connection.setRequestProperty("Connection", "Keep-Alive");
                connection.setRequestProperty("ENCTYPE", "multipart/form-data");
                connection.setRequestProperty("Content-Type", "multipart/form-data;boundary=" + boundary);
                finish(connection, body(boundary, file));
            }
            case "url-connection-put" -> {
                byte[] bytes = Files.readAllBytes(file);
                HttpURLConnection connection = open(uri, "PUT");
                connection.setFixedLengthStreamingMode(bytes.length);
                finish(connection, bytes);
            }
            case "url-connection-fields" ->
                // Without a Content-Type of its own, it says that the body is an urlencoded form.
                finish(open(uri, "POST"), "title=Gr%C3%BC%C3%9Fe&text=a+b".getBytes(StandardCharsets.UTF_8));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static HttpClient http11() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    private static HttpRequest.Builder put(URI uri) {
        return HttpRequest.newBuilder(uri);
    }

    private static HttpRequest.Builder form(URI uri, String boundary, BodyPublisher body) {
        return HttpRequest.newBuilder(uri)
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(body);
    }

    private static void send(HttpClient client, HttpRequest.Builder request) throws Exception {
        System.out.println(client.send(request.build(), BodyHandlers.ofString()).statusCode());
    }

    private static HttpURLConnection open(URI uri, String method) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setDoOutput(true);
        return connection;
    }

    private static void finish(HttpURLConnection connection, byte[] body) throws IOException {
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        }
        System.out.println(connection.getResponseCode());
    }

    /** A field and a file, as answers on the web show how to write them. */
    private static byte[] body(String boundary, Path file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, "--" + boundary + LINE);
        write(out, "Content-Disposition: form-data; name=\"title\"" + LINE);
        write(out, "Content-Type: text/plain; charset=UTF-8" + LINE + LINE);
        write(out, "Gr\u00FC\u00DFe" + LINE);
        write(out, "--" + boundary + LINE);
        write(out, "Content-Disposition: form-data; name=\"file\"; filename=\"" + file.getFileName() + "\"" + LINE);
        write(out, "Content-Type: application/octet-stream" + LINE);
        write(out, "Content-Transfer-Encoding: binary" + LINE + LINE);
        out.write(Files.readAllBytes(file));
        write(out, LINE + "--" + boundary + "--" + LINE);
        return out.toByteArray();
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
