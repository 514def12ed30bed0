import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** One node of Elasticsearch from the jars of Maven Central: Server HOME PORT HTTP-JARS [SETTING=VALUE …]. It ends when its input ends. */
public class Server {
    private static final String WITHIN = "META-INF/es-plugins/transport-netty4/";

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]).toAbsolutePath();
        Files.createDirectories(home.resolve("config"));
        Files.createDirectories(home.resolve("plugins"));
        layOut(home.resolve("modules").resolve("transport-netty4"), new File(arguments[2]).listFiles());
        LogConfigurator.configureESLogging();
        Settings.Builder wanted = Settings.builder()
            .put("path.home", home.toString())
            .put("cluster.name", "lensan-tests").put("node.name", "one").put("discovery.type", "single-node")
            .put("http.host", "127.0.0.1").put("http.port", arguments[1])
            .put("transport.host", "127.0.0.1").put("transport.port", "0")
            .put("cluster.routing.allocation.disk.threshold_enabled", false);
        for (int place = 3; place < arguments.length; place++) {
            String[] setting = arguments[place].split("=", 2);
            wanted.put(setting[0], setting[1]);
        }
        Environment environment =
            InternalSettingsPreparer.prepareEnvironment(wanted.build(), Map.of(), home.resolve("config"), () -> "one");
        PluginsLoader modules = PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(environment.modulesDir()), Set.of(), Map.of(), false);
        Node node = new Node(environment, modules);
        node.start();
        while (System.in.read() >= 0) {
            continue;
        }
        node.close();
        System.exit(0);
    }

    /** A module is a folder with its jars and a descriptor; on Central the descriptor lies within the jar. */
    private static void layOut(Path module, File[] jars) throws Exception {
        Files.createDirectories(module);
        for (File jar : jars) {
            Files.copy(jar.toPath(), module.resolve(jar.getName()));
            if (!jar.getName().startsWith("transport-netty4-")) {
                continue;
            }
            try (JarFile inside = new JarFile(jar)) {
                for (String name : new String[] {"plugin-descriptor.properties", "entitlement-policy.yaml"}) {
                    try (InputStream from = inside.getInputStream(inside.getEntry(WITHIN + name))) {
                        String text = new String(from.readAllBytes(), StandardCharsets.UTF_8);
                        // The server stands on the class path here, so its modules have no names to ask for.
                        Files.writeString(module.resolve(name), text.replaceAll("(?m)^modulename=.*$", ""));
                    }
                }
            }
        }
    }
}
