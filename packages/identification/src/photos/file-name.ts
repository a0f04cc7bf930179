/**
 * Endings of picture formats, also of those that the server cannot read. They contradict no photo: the bytes decide.
 */
const PICTURES = endings(`
  jpg jpeg jpe jif jfif jfi pjpeg pjp mpo png apng webp gif
  heic heics heif heifs hif avif avifs avci jxl jp2 j2k jpf jpx jxr hdp wdp
  tif tiff bmp dib ico cur tga pcx pbm pgm ppm pnm qoi psd xcf
  dng raw cr2 cr3 crw nef nrw arw srf sr2 orf rw2 rwl raf pef srw x3f iiq 3fr gpr erf kdc dcr mrw insp
`);

/**
 * Endings of programs, server files, documents, archives, sound, video and fonts. A photo with such an ending is
 * refused, because another program could open it by its name. The server never uses a name as a path, so this list
 * needs only the formats that people and programs commonly open by the ending.
 */
const OTHER_FORMATS = endings(`
  exe com bat cmd scr pif cpl dll ocx sys drv msi msp msix appx gadget inf reg lnk url scf desktop jnlp hta chm hlp
  vb vbs vbe wsf wsh wsc sct ps1 psm1 psd1 ps1xml sh bash zsh csh ksh fish command app apk xapk aab ipa dmg pkg deb rpm
  run so dylib elf jar war ear class wasm scpt applescript workflow
  adp appimage appref-ms appxbundle bas crx diagcab egg flatpak gem ins isp jmod jse library-ms mde mobileconfig mpkg
  msixbundle msu nupkg pkpass pyd search-ms settingcontent-ms shb shs vxd webloc whl ws xbap xpi
  php php2 php3 php4 php5 php6 php7 php8 php9 phps pht phtm phtml phar inc hphp ctp module asp aspx asa asax ascx ashx
  asmx axd cer cdx cshtml vbhtml config jsp jspx jspf jsw jsv jhtml cfm cfml cfc cgi fcgi pl pm plx py pyc pyo pyw pyz
  cshtm jspa svc phpt phtml5
  rb rbw erb lua tcl htaccess htpasswd htgroup htdigest ini conf cfg env
  asm coffee dart f90 ipynb litcoffee luac pas plist sass styl
  js mjs cjs jsx ts tsx vue c h cc cpp cs java kt go rs swift sql css scss less map
  html htm xhtml xht shtml shtm stm dhtml mht mhtml htc xml xsl xslt xsd rss atom svg svgz swf xap
  json jsonl jsonld webmanifest yaml yml toml properties
  appcache dtd geojson gpx json5 kml kmz mathml opml owl rdf rng smil ttl wsdl xaml xhtm xul vxml
  pdf xfdf fdf ps eps ai doc docm docx dot dotm dotx xls xlsb xlsm xlsx xlt xltm xltx xlam xll ppt pptm pptx pps ppsm
  ppsx pot potm potx ppam odt ods odp odg odf ott rtf txt text md markdown tex log csv tsv wpd wps pages numbers key
  epub mobi azw azw3 fb2 djvu xps oxps one pub vsd vsdx mpp eml msg mbox mdb accdb sqlite db ics vcf wmf emf
  abw docbook fodt gnumeric hwp hwpx latex odb odc odm otg oth otp ots sldm sldx sxc sxi sxw tei texi thmx
  vcard vdx wks wri xla xlc xlm xlw
  asc crl p10 p7b p7c p7m p7s p8 pem crt der p12 pfx pgp
  zip zipx rar 7z tar gz tgz bz2 tbz2 xz txz zst lz lzma cab iso vhd vhdx vmdk arj lzh ace
  bz cbr cbz cpio lha ova ovf sit sitx torrent
  mp3 m4a aac wav ogg oga opus flac wma aif aiff mid midi amr mp4 m4v mov qt avi mkv webm mpg mpeg mpe mts m2ts 3gp 3g2
  wmv flv f4v ogv vob ttf otf woff woff2 eot
  adts aifc asf caf m2v m3u m3u8 m4b m4p m4s mka mp2 mpga mxf rm rmvb snd srt ttc vtt weba
`);

/** Reason to refuse a photo for its file name. */
export type FileNameFault = { type: 'dot_file' } | { type: 'other_format'; ending: string };

/**
 * Finds the reason to refuse a photo for its file name, if there is one. Phones, photo services and download
 * folders hand out names like `IMG_1.HEIC` for a JPEG, `1000012345`, `Monstera.deliciosa` and `photo.jpg.tmp`, so only
 * the ending of a known other format counts. The last known ending decides: servers read `a.php.xyz` as `a.php`.
 */
export function fileNameFault(name: string): FileNameFault | undefined {
  // Windows ignores dots and spaces at the end of a name.
  const [stem, ...parts] = name
    .toLowerCase()
    .replace(/[.\s]+$/, '')
    .split('.');
  const ending = parts.findLast((part) => PICTURES.has(part) || OTHER_FORMATS.has(part));
  if (ending !== undefined && OTHER_FORMATS.has(ending)) return { type: 'other_format', ending };
  const isDotFile = (stem === '' && parts.length > 0) || /^\.+$/.test(name);
  return isDotFile && ending === undefined ? { type: 'dot_file' } : undefined;
}

/** Whether a name ends like a picture format, readable here or not. */
export function endsLikePicture(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot !== -1 && PICTURES.has(name.slice(dot + 1).toLowerCase());
}

function endings(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
