<?php

/* A WordPress site with the plugin, on PHP's own server. `/-install` makes the site. */

declare(strict_types=1);

const WORDPRESS = '/usr/share/wordpress';
const THEME = '<?php echo is_user_logged_in() ? "front " . wp_get_current_user()->first_name : "front nobody";'
    . ' echo " ", implode(",", wp_get_current_user()->roles);';

// WordPress itself raises many warnings. The strict checks for the plugin are set below.
restore_error_handler();
$folder = getenv('PHP_FOLDER');
define('ABSPATH', "{$folder}/");
$path = parse_url('http://here' . $_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/-install') {
    foreach (['wp-includes', 'wp-admin'] as $part) {
        symlink(WORDPRESS . "/{$part}", "{$folder}/{$part}");
    }
    foreach (glob(WORDPRESS . '/*.php') as $file) {
        copy($file, "{$folder}/" . basename($file));
    }
    mkdir("{$folder}/wp-content/plugins", 0777, true);
    mkdir("{$folder}/wp-content/themes/plain", 0777, true);
    $plugin = "{$folder}/wp-content/plugins/clever-sso";
    if (getenv('VENDOR')) {
        // The files as Composer installs them in the folder of the plugin.
        shell_exec('cp -r ' . escapeshellarg(getenv('PHP_BUNDLE') . '/clever-sso') . ' ' . escapeshellarg($plugin));
        is_dir(getenv('VENDOR')) && symlink(getenv('VENDOR'), "{$plugin}/vendor");
    } else {
        symlink(getenv('PHP_BUNDLE') . '/clever-sso', $plugin);
    }
    file_put_contents("{$folder}/wp-content/themes/plain/style.css", '/* Theme Name: plain */');
    file_put_contents("{$folder}/wp-content/themes/plain/index.php", THEME);
    // The list of languages would ask wordpress.org.
    mkdir("{$folder}/wp-content/mu-plugins");
    $quiet = '<?php add_filter("login_display_language_dropdown", "__return_false");';
    file_put_contents("{$folder}/wp-content/mu-plugins/quiet.php", $quiet);
    $url = substr(getenv('CLEVER_REDIRECT_URI'), 0, -strlen('/clever/callback'));
    $databaseName = getenv('DB') ?: 'wordpress';
    $values = [
        'DB_NAME' => $databaseName, 'DB_USER' => 'root', 'DB_PASSWORD' => '', 'DB_HOST' => 'localhost:' . getenv('DB_SOCKET'),
        'DB_CHARSET' => 'utf8mb4', 'DB_COLLATE' => '', 'WP_HOME' => $url, 'WP_SITEURL' => $url, 'WP_DEBUG' => false,
        'WP_CONTENT_DIR' => "{$folder}/wp-content", 'WP_CONTENT_URL' => "{$url}/wp-content", 'WP_DEFAULT_THEME' => 'plain',
        'DISABLE_WP_CRON' => true, 'AUTOMATIC_UPDATER_DISABLED' => true, 'WP_HTTP_BLOCK_EXTERNAL' => true,
    ] + (getenv('VENDOR') ? [] : ['CLEVER_SSO_CLASSES' => getenv('PHP_CLASSES')]) + array_fill_keys(['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'], 'k');
    $lines = array_map(fn($name, $value) => "define('{$name}', " . var_export($value, true) . ');', array_keys($values), $values);
    // If the test wants constants, the settings of Clever are constants; otherwise they come from the settings page.
    foreach (json_decode(getenv('CONSTANTS') ?: '[]', true) as $name) {
        $lines[] = "define('{$name}', getenv('{$name}'));";
    }
    $network = getenv('NETWORK') ? parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT) : '';
    $end = "\$table_prefix = 'wp_';\nrequire_once ABSPATH . 'wp-settings.php';\n";
    file_put_contents("{$folder}/wp-config.php", "<?php\n" . implode("\n", $lines) . "\n{$end}");
    $database = mysqli_connect('localhost', 'root', '', null, 0, getenv('DB_SOCKET'));
    $database->query("CREATE DATABASE {$databaseName}");
    define('WP_INSTALLING', true);
    function wp_new_blog_notification(): void
    {
    }
    require ABSPATH . 'wp-load.php';
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    wp_install('School', 'admin', 'admin@school.example', true, '', 'a password of the tests');
    update_option('active_plugins', ['clever-sso/clever-sso.php']);
    update_option('permalink_structure', '/%postname%/');
    if ($network !== '') {
        foreach ($wpdb->tables('ms_global') as $table => $prefixed) {
            $wpdb->$table = $prefixed;
        }
        install_network();
        populate_network(1, $network, 'admin@school.example', 'Schools', '/', false);
        $values = ['MULTISITE' => true, 'SUBDOMAIN_INSTALL' => false, 'DOMAIN_CURRENT_SITE' => $network, 'PATH_CURRENT_SITE' => '/',
            'SITE_ID_CURRENT_SITE' => 1, 'BLOG_ID_CURRENT_SITE' => 1];
        $more = array_map(fn($name, $value) => "define('{$name}', " . var_export($value, true) . ');', array_keys($values), $values);
        file_put_contents("{$folder}/wp-config.php", "<?php\n" . implode("\n", [...$lines, ...$more]) . "\n{$end}");
    }
    exit('installed');
}
// WordPress itself has a variable $path, in a network.
$wanted = $path;
if (in_array($path, ['/-uninstall', '/-network', '/-option', '/-set', '/-user', '/-password'], true)) {
    // Actions of an administrator, without the admin pages.
    $_SERVER['REQUEST_URI'] = '/';
    require ABSPATH . 'wp-load.php';
    require_once ABSPATH . 'wp-admin/includes/plugin.php';
    global $wpdb;
    if ($wanted === '/-uninstall') {
        uninstall_plugin('clever-sso/clever-sso.php');
        $found = $wpdb->get_var("SELECT COUNT(*) FROM {$wpdb->usermeta} WHERE meta_key LIKE '%clever_sso%' OR meta_value LIKE '%clever_sso%'");
        foreach ($wpdb->get_col("SHOW TABLES LIKE '%options'") as $table) {
            $found += $wpdb->get_var("SELECT COUNT(*) FROM {$table} WHERE option_name LIKE '%clever_sso%'");
        }
        exit("left {$found}");
    }
    if ($wanted === '/-option') {
        $row = $wpdb->get_row($wpdb->prepare("SELECT * FROM {$wpdb->options} WHERE option_name = %s", $_GET['name']));
        exit("{$row->autoload} {$row->option_value}");
    }
    if ($wanted === '/-network') {
        require_once getenv('FAKE');
        $north = wpmu_create_blog(DOMAIN_CURRENT_SITE, '/north/', 'North', 1);
        // Another user has this name.
        $key = CleverSso\Testing\Fake::ISSUER . ' ' . CleverSso\Testing\Fake::ID;
        $name = 'clever-' . substr(hash('sha256', $key), 0, 24);
        wp_insert_user(['user_login' => $name, 'user_email' => '', 'user_pass' => 'x', 'role' => 'subscriber']);
        $signedIn = CleverSso\Testing\Fake::signedIn(CleverSso\Testing\Fake::identity(userType: 'teacher'));
        $roles = function (int $site, string $role) use ($signedIn, $name): string {
            switch_to_blog($site);
            update_option('clever_sso', ['client_id' => 'x', 'roles' => ['teacher' => $role]]);
            try {
                $user = (new CleverSso\WordPress\Users(new CleverSso\WordPress\Settings()))->of($signedIn);
                return $user->user_login === $name ? 'the other' : implode(',', (new WP_User($user->ID))->roles);
            } catch (CleverSso\Refused) {
                return 'refused';
            } finally {
                restore_current_blog();
            }
        };
        $said = [$roles(1, 'editor'), $roles($north, 'author'), $roles($north, 'subscriber'), $roles(1, 'editor')];
        foreach (get_users(['meta_key' => 'clever_sso_key', 'fields' => 'ID']) as $user) {
            wp_update_user(['ID' => $user, 'spam' => '1']);
        }
        exit(implode(' ', [...$said, $roles(1, 'editor'), $roles($north, 'author')]));
    }
    if ($wanted === '/-set') {
        if ($_GET['name'] === 'WPLANG' && $_GET['value'] !== '') {
            // WordPress accepts a language only if it has a file for it.
            is_dir(WP_LANG_DIR) || mkdir(WP_LANG_DIR);
            copy(WP_PLUGIN_DIR . "/clever-sso/languages/clever-sso-{$_GET['value']}.mo", WP_LANG_DIR . "/{$_GET['value']}.mo");
        }
        update_option($_GET['name'], $_GET['value']);
    } elseif ($wanted === '/-user') {
        wp_insert_user(['user_login' => $_GET['login'], 'user_email' => $_GET['email'], 'user_pass' => 'x', 'role' => 'editor']);
    } else {
        $user = get_users(['meta_key' => 'clever_sso_key', 'search' => $_GET['name'] . '*', 'search_columns' => ['display_name']])[0];
        wp_set_password('a known password', $user->ID);
        exit($user->user_login);
    }
    exit('done');
}
if (getenv('STRICT') !== '0') {
    // Turn warnings in the plugin and its library into exceptions.
    set_error_handler(function (int $level, string $message, string $file, int $line): bool {
        if (str_contains($file, 'clever-sso') || str_contains($file, 'CleverSso')) {
            throw new ErrorException($message, 0, $level, $file, $line);
        }
        return false;
    });
}
$file = preg_match('~^/(wp-login|wp-admin/[a-z-]+)\.php$~', $path) === 1 ? $path : '/index.php';
$file = rtrim($path, '/') === '/wp-admin' ? '/wp-admin/index.php' : $file;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $file;
$_SERVER['SCRIPT_FILENAME'] = $folder . $file;
require $folder . $file;
