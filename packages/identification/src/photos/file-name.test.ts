import { describe, expect, it } from 'vitest';
import { endsLikePicture, fileNameFault } from './file-name.ts';

const each = (list: string) => list.trim().split(/\s+/);
const endingsOf = (names: readonly string[]) => names.map((name) => fileNameFault(name));

describe('fileNameFault', () => {
  it('accepts every ending of a picture format', () => {
    const names = each(`
      a.jpg a.JPG a.jpeg a.jpe a.jfif a.pjpeg a.png a.apng a.webp a.gif a.heic a.HEIC a.heif a.hif a.avif a.tif a.tiff
      a.bmp a.dng a.cr2 a.nef a.arw a.raw a.jp2 a.jxl a.ico a.psd a.mpo
    `);
    expect(endingsOf(names)).toEqual(names.map(() => undefined));
    expect(names.every(endsLikePicture)).toBe(true);
  });

  it.each([
    '',
    'image',
    '1000012345',
    'Monstera.deliciosa',
    'Ficus.benjamina.variegata',
    'Quercus sp. (cf. robur)',
    'upload.tmp',
    'photo.jpg.tmp',
    'photo.jpg_large',
    'photo.JPG~',
    'blob.bin',
    'IMG.0001',
    'Screenshot 2026-05-01 at 10.30',
    'www.example.com - rose',
    'document.pdf.jpg',
    'a.php.jpg',
    'rose...',
    'Äpfel.größe',
    '写真.写真',
    '.jpg',
    '.trashed-1780000000-IMG_1.jpg',
    '.pending-1780000000-IMG_1.heic',
  ])('accepts "%s"', (name) => {
    expect(fileNameFault(name)).toBeUndefined();
  });

  it('refuses the endings of programs, server files, documents, archives, sound and video', () => {
    const names = each(`
      a.exe a.com a.bat a.cmd a.scr a.msi a.dll a.lnk a.vbs a.ps1 a.sh a.apk a.jar a.app a.wasm
      a.php a.php3 a.php5 a.php7 a.phps a.pht a.phtml a.phar a.inc a.asp a.aspx a.ashx a.jsp a.jspx a.cfm a.cgi a.pl a.py
      a.rb a.htaccess a.htpasswd user.ini web.config nginx.conf a.env a.js a.mjs a.ts a.css a.sql
      a.html a.htm a.xhtml a.shtml a.mhtml a.xml a.xsl a.svg a.svgz a.swf a.json a.yaml
      a.pdf a.eps a.ps a.ai a.doc a.docx a.docm a.xls a.xlsx a.ppt a.pptx a.odt a.rtf a.txt a.md a.csv a.epub a.eml a.djvu
      a.zip a.rar a.7z a.tar a.gz a.tgz a.iso a.mp3 a.wav a.mp4 a.mov a.avi a.webm a.3gp a.ttf a.woff2 a.pem
      a.jse a.ws a.msu a.AppImage a.crx a.whl a.settingcontent-ms a.svc a.cshtm a.ipynb a.hwp a.sldx a.xla a.odb a.vcard a.p7s
      a.kml a.wsdl a.torrent a.m3u8 a.srt a.ttc
    `);
    expect(endingsOf(names)).toEqual(
      names.map((name) => ({ type: 'other_format', ending: name.slice(name.lastIndexOf('.') + 1).toLowerCase() })),
    );
  });

  it.each([
    ['shell.gif.PHP', 'php'],
    ['shell.php.', 'php'],
    ['shell.php . ', 'php'],
    ['shell.php.xyz', 'php'],
    ['shell.php.10', 'php'],
    ['rose.jpg.html.tmp', 'html'],
    ['.user.ini', 'ini'],
    ['.htaccess', 'htaccess'],
    ['.php', 'php'],
  ])('uses the last known ending of "%s"', (name, ending) => {
    expect(fileNameFault(name)).toEqual({ type: 'other_format', ending });
  });

  it.each(['.bashrc', '.bash_history', '.env.local.x', '.tmp', '.', '..', '.a b', '.thumbdata4--1967290299'])(
    'refuses the dot file "%s"',
    (name) => {
      expect(fileNameFault(name)).toBeDefined();
    },
  );
});
